package dev.distill.config;

import dev.distill.config.ProxyConfig.Route;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a proxy file and checks that what stands in it fits together. */
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
        Findings findings = new Findings(file);
        new RouteCheck(file.value(), findings).run();
        new MoneyCheck(file.value(), findings).run();
        providers(file.value(), findings);
        ProxyConfig.Capacity capacity = file.value().capacity();
        if (capacity.largestBodyMib() > capacity.bodiesMib()) {
            findings.add(
                    "capacity.largest_body_mib",
                    "is more than all bodies together may have (bodies_mib: %d)"
                            .formatted(capacity.bodiesMib()));
        }
        findings.throwIfAny();
        return file;
    }

    private static void providers(ProxyConfig config, Findings findings) {
        config.providers()
                .forEach(
                        (name, provider) -> {
                            String place = "providers." + name;
                            if (name.equals(Findings.EACH)) {
                                findings.add(place, "has a name that budgets use for all of them");
                            }
                            switch (provider) {
                                case ProxyConfig.OpenAi p ->
                                        keys(place, p.apiKey(), p.keys(), findings);
                                case ProxyConfig.Anthropic p ->
                                        keys(place, p.apiKey(), p.keys(), findings);
                                case ProxyConfig.Gemini p ->
                                        keys(place, p.apiKey(), p.keys(), findings);
                                case ProxyConfig.Bedrock _, ProxyConfig.Replay _ -> {}
                            }
                        });
    }

    private static void keys(
            String place,
            Optional<Secret> apiKey,
            List<ProxyConfig.ProviderKey> keys,
            Findings findings) {
        if (apiKey.isPresent() && !keys.isEmpty()) {
            findings.add(place, "has both api_key and keys");
        }
        Set<String> names = new HashSet<>();
        for (int k = 0; k < keys.size(); k++) {
            if (!names.add(keys.get(k).name())) {
                findings.add(
                        "%s.keys[%d].name".formatted(place, k),
                        "is %s, as is another one's".formatted(keys.get(k).name()));
            }
        }
    }

    /** Problems at the places where they stand. */
    static final class Findings {
        /** Instead of a name, in a budget or a limit: every one, counted on its own. */
        static final String EACH = "each";

        private final ConfigFile<ProxyConfig> file;
        private final List<Problem> problems = new ArrayList<>();

        private Findings(ConfigFile<ProxyConfig> file) {
            this.file = file;
        }

        void add(String place, String message) {
            problems.add(Problem.at(file.at(place), place + " " + message));
        }

        /** A name must be one of those defined. */
        void known(String place, String name, Collection<String> defined, String what) {
            if (!defined.contains(name)) {
                String message = "%s names %s, which is no %s".formatted(place, name, what);
                problems.add(
                        Problem.at(file.at(place), message)
                                .withHint(Suggestion.hint(name, defined)));
            }
        }

        private void throwIfAny() {
            if (!problems.isEmpty()) {
                throw new UserError(ExitCode.INVALID_INPUT, problems);
            }
        }
    }

    /** The models that routes lead to, as their providers name them. */
    static Set<String> models(Map<String, Route> routes) {
        Set<String> models = new LinkedHashSet<>();
        routes.values().stream()
                .flatMap(route -> route.ordered().stream())
                .flatMap(List::stream)
                .forEach(target -> models.add(target.model()));
        return models;
    }
}
