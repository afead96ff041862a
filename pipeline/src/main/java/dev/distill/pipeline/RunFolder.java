package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.AtomicFile;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code runs/NAME/RUN-ID/}: what was asked, what happened, what came out. Outputs of stages are
 * linked into it, so that a run that reuses everything takes no space.
 */
final class RunFolder {
    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);
    private static final String MANIFEST = "manifest.json";

    private final Path folder;

    private RunFolder(Path folder) {
        this.folder = folder;
    }

    /** Makes a new folder, named by the time; a second run within the second gets a number. */
    static RunFolder create(Path runs, String job, Instant now) {
        Path parent = runs.resolve(job);
        try {
            Files.createDirectories(parent);
            String id = ID.format(now);
            for (int n = 1; ; n++) {
                Path folder = parent.resolve(n == 1 ? id : id + "-" + n);
                if (!Files.exists(folder)) {
                    return new RunFolder(Files.createDirectory(folder));
                }
            }
        } catch (IOException e) {
            throw AtomicFile.failure(parent, e);
        }
    }

    /** The run's name among the job's runs. */
    String id() {
        return String.valueOf(folder.getFileName());
    }

    Path folder() {
        return folder;
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** Brings a stage's file, or all files of its folder, into the run under another name. */
    void link(Path source, String name) {
        Path target = folder.resolve(name);
        try (Stream<Path> paths = Files.walk(source)) {
            for (Path path : paths.filter(StageStore::isOutput).toList()) {
                Path relative = source.relativize(path);
                Path to = relative.toString().isEmpty() ? target : target.resolve(relative);
                Path parent = to.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                linkOrCopy(path, to);
            }
        } catch (IOException e) {
            throw AtomicFile.failure(target, e);
        }
    }

    static void linkOrCopy(Path source, Path target) throws IOException {
        try {
            Files.createLink(target, source);
        } catch (UnsupportedOperationException | IOException _) {
            Files.copy(source, target);
        }
    }

    /** Writes the manifest, after which the run counts as complete. */
    void finish(String job, List<StageOutput> stages, int exitCode) {
        ObjectNode manifest = Json.object().put("job", job).put("run", id());
        manifest.put("exit_code", exitCode);
        var list = manifest.putArray("stages");
        for (StageOutput output : stages) {
            list.add(
                    Json.object()
                            .put("stage", output.stage())
                            .put("key", output.key().hex())
                            .put("content", output.content().hex())
                            .put("reused", output.reused()));
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            ObjectNode files = manifest.putObject("files");
            for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
                String name = folder.relativize(path).toString().replace('\\', '/');
                if (!name.equals("events.jsonl")) {
                    files.put(name, Digest.ofFile(path).hex());
                }
            }
        } catch (IOException e) {
            throw AtomicFile.failure(folder, e);
        }
        AtomicFile.write(folder.resolve(MANIFEST), Json.pretty(manifest));
    }
}
