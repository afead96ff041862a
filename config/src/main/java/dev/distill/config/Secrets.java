package dev.distill.config;

import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The secrets that a file refers to, wherever in it they stand. */
public final class Secrets {
    private Secrets() {}

    /** The references by their dotted keys, such as {@code providers.main.keys[0].secret}. */
    static Map<String, Secret> of(Record config) {
        Map<String, Secret> found = new LinkedHashMap<>();
        collect("", config, found);
        return found;
    }

    /** The files that hold them: whoever changes one expects the new secret to be used. */
    public static Set<Path> files(Record config) {
        return of(config).values().stream()
                .filter(Secret.FromFile.class::isInstance)
                .map(secret -> ((Secret.FromFile) secret).file())
                .collect(Collectors.toSet());
    }

    /**
     * Looks whether the secrets that a proxy needs are there: those of the providers that routes
     * lead to, of the ledger and of the webhook.
     *
     * @param environment the process's environment variables
     * @throws UserError with {@link ExitCode#CREDENTIALS}, and every missing one at its place
     */
    public static void check(ConfigFile<ProxyConfig> file, Map<String, String> environment) {
        Predicate<String> needed = needed(file.value());
        List<Problem> missing = new ArrayList<>();
        of(file.value())
                .forEach(
                        (key, secret) -> {
                            if (needed.test(key)) {
                                missing(file, key, secret, environment).ifPresent(missing::add);
                            }
                        });
        if (!missing.isEmpty()) {
            throw new UserError(ExitCode.CREDENTIALS, missing);
        }
    }

    private static Predicate<String> needed(ProxyConfig config) {
        Set<String> asked =
                config.routes().values().stream()
                        .flatMap(route -> route.ordered().stream())
                        .flatMap(List::stream)
                        .map(target -> "providers." + target.provider() + ".")
                        .collect(Collectors.toSet());
        return key ->
                asked.stream().anyMatch(key::startsWith)
                        || (key.startsWith("runaway.") && config.runaway().webhook().isPresent())
                        || (key.startsWith("ledger.") && config.ledger().url().isPresent());
    }

    private static Optional<Problem> missing(
            ConfigFile<?> file, String key, Secret secret, Map<String, String> environment) {
        try {
            secret.resolve(environment);
            return Optional.empty();
        } catch (UserError e) {
            Problem problem = e.problems().getFirst();
            return Optional.of(
                    new Problem(
                            key + ": " + problem.message(),
                            Optional.of(file.at(key)),
                            problem.hint()));
        }
    }

    private static void collect(String key, Object value, Map<String, Secret> found) {
        switch (value) {
            case Secret secret -> found.put(key, secret);
            case Optional<?> optional -> optional.ifPresent(inner -> collect(key, inner, found));
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    collect("%s[%d]".formatted(key, i), list.get(i), found);
                }
            }
            case Map<?, ?> map ->
                    map.forEach((name, inner) -> collect(dotted(key, name), inner, found));
            case Record inner -> {
                for (RecordComponent component : inner.getClass().getRecordComponents()) {
                    collect(
                            dotted(key, RecordBinder.keyOf(component)),
                            ConfigText.read(inner, component),
                            found);
                }
            }
            default -> {
                // a plain value
            }
        }
    }

    private static String dotted(String key, Object name) {
        return key.isEmpty() ? String.valueOf(name) : key + "." + name;
    }
}
