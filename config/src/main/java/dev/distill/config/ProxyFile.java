package dev.distill.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads a proxy file and checks that the names in it fit together. */
public final class ProxyFile {
    private ProxyFile() {}

    /**
     * Reads and checks.
     *
     * @throws UserError with every problem at its place
     */
    public static ConfigFile<ProxyConfig> read(Path path) {
        ConfigFile<ProxyConfig> file = ConfigFile.read(path, ProxyConfig.class);
        List<Problem> problems = new ArrayList<>();
        file.value().routes().forEach((route, targets) -> check(file, route, targets, problems));
        if (!problems.isEmpty()) {
            throw new UserError(ExitCode.INVALID_INPUT, problems);
        }
        return file;
    }

    private static void check(
            ConfigFile<ProxyConfig> file,
            String route,
            List<ProxyConfig.Target> targets,
            List<Problem> problems) {
        String key = "routes." + route;
        if (targets.isEmpty()) {
            problems.add(Problem.at(file.at(key), key + " leads nowhere: it has no targets"));
        }
        var providers = file.value().providers().keySet();
        for (int i = 0; i < targets.size(); i++) {
            String provider = targets.get(i).provider();
            if (!providers.contains(provider)) {
                String place = key + "[" + i + "].provider";
                problems.add(
                        Problem.at(
                                        file.at(place),
                                        place + " names " + provider + ", which is no provider")
                                .withHint(Suggestion.hint(provider, providers)));
            }
        }
    }
}
