package dev.distill.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Reads a job file and checks the names and addresses in it. */
public final class JobFile {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
    private static final Pattern REGISTRY = Pattern.compile("(.*/)?[a-z]+:/.*");

    private JobFile() {}

    /**
     * Reads and checks.
     *
     * @throws UserError with every problem at its place
     */
    public static ConfigFile<JobConfig> read(Path path) {
        return ConfigFile.read(path, JobConfig.class, JobFile::check);
    }

    private static void check(JobConfig job, Findings findings) {
        name("name", job.name(), findings);
        name("publish.alias", job.publish().alias(), findings);
        if (REGISTRY.matcher(job.publish().to().toString()).matches()) {
            findings.add(
                    "publish.to",
                    "must be a folder, got " + Shown.address(job.publish().to().toString()),
                    "other registries are not supported yet");
        }
        new TaskCheck(job, findings).run();
        new StudentCheck(job, findings).run();
        new DistillationCheck(job, findings).run();
        job.proxy().filter(JobFile::isAddress).ifPresent(written -> proxy(written, findings));
    }

    /** Whether the proxy of a job runs elsewhere. */
    public static boolean isAddress(String written) {
        return written.startsWith("http://") || written.startsWith("https://");
    }

    private static void name(String place, String name, Findings findings) {
        if (!NAME.matcher(name).matches()) {
            findings.add(
                    place,
                    "must be lower-case letters, digits, dots and dashes, got \"" + name + "\"",
                    "for example merchant-intents");
        }
    }

    private static void proxy(String written, Findings findings) {
        try {
            URI uri = new URI(written);
            if (uri.getHost() != null) {
                AddressCheck.http(findings, "proxy", uri);
                return;
            }
        } catch (URISyntaxException _) {
            // Said below.
        }
        findings.add(
                "proxy",
                "is not a URL: " + Shown.address(written),
                "for example http://localhost:8080");
    }
}
