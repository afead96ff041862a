package dev.distill.config;

import dev.distill.config.ProxyConfig.Route;
import dev.distill.config.ProxyConfig.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a proxy file and checks that the names in it fit together. */
public final class ProxyFile {
    private ProxyFile() {}

    /**
     * Reads and checks.
     *
     * @throws UserError with every problem at its place
     */
    public static ConfigFile<ProxyConfig> read(Path path) {
        return checked(ConfigFile.read(path, ProxyConfig.class));
    }

    /**
     * The same for a text, as if it stood in a file.
     *
     * @throws UserError with every problem at its place
     */
    public static ConfigFile<ProxyConfig> of(Path path, String text) {
        return checked(ConfigFile.of(path, text, ProxyConfig.class));
    }

    private static ConfigFile<ProxyConfig> checked(ConfigFile<ProxyConfig> file) {
        List<Problem> problems = new ArrayList<>();
        file.value().routes().forEach((name, route) -> check(file, name, route, problems));
        if (!problems.isEmpty()) {
            throw new UserError(ExitCode.INVALID_INPUT, problems);
        }
        return file;
    }

    private static void check(
            ConfigFile<ProxyConfig> file, String name, Route route, List<Problem> problems) {
        String key = "routes." + name;
        boolean nested = !route.groups().isEmpty();
        if (nested && !route.targets().isEmpty()) {
            problems.add(Problem.at(file.at(key), key + " has both targets and groups"));
        } else if (route.ordered().isEmpty()) {
            problems.add(Problem.at(file.at(key), key + " leads nowhere: it has no targets"));
        }
        for (int g = 0; g < route.ordered().size(); g++) {
            List<Target> group = route.ordered().get(g);
            String groupKey = key + (nested ? ".groups[" : ".targets[") + g + "]";
            if (group.isEmpty()) {
                problems.add(Problem.at(file.at(groupKey), groupKey + " is empty"));
            }
            for (int t = 0; t < group.size(); t++) {
                String place = groupKey + (nested ? "[" + t + "]" : "") + ".provider";
                known(file, place, group.get(t).provider(), file.value().providers(), "provider")
                        .ifPresent(problems::add);
            }
        }
        route.retirement()
                .flatMap(
                        end ->
                                known(
                                        file,
                                        key + ".retirement.successor",
                                        end.successor(),
                                        file.value().routes(),
                                        "route"))
                .ifPresent(problems::add);
    }

    /** The problem of a name that is not among those defined. */
    private static Optional<Problem> known(
            ConfigFile<ProxyConfig> file,
            String place,
            String name,
            Map<String, ?> defined,
            String what) {
        if (defined.containsKey(name)) {
            return Optional.empty();
        }
        String message = "%s names %s, which is no %s".formatted(place, name, what);
        return Optional.of(
                Problem.at(file.at(place), message)
                        .withHint(Suggestion.hint(name, defined.keySet())));
    }
}
