package dev.distill.config;

import dev.distill.config.ProxyConfig.Route;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
        return ConfigFile.read(path, ProxyConfig.class, ProxyFile::check);
    }

    /**
     * The same for a text, as if it stood in a file.
     *
     * @throws UserError with every problem at its place
     */
    public static ConfigFile<ProxyConfig> of(Path path, String text) {
        return ConfigFile.of(path, text, ProxyConfig.class, ProxyFile::check);
    }

    private static void check(ProxyConfig config, Findings findings) {
        new RouteCheck(config, findings).run();
        new MoneyCheck(config, findings).run();
        new ProviderCheck(config, findings).run();
        new AddressCheck(config, findings).run();
        ProxyConfig.Capacity capacity = config.capacity();
        if (capacity.largestBodyMib() > capacity.bodiesMib()) {
            findings.add(
                    "capacity.largest_body_mib",
                    "is more than all bodies together may have (bodies_mib: %d)"
                            .formatted(capacity.bodiesMib()),
                    List.of("capacity.bodies_mib"));
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
