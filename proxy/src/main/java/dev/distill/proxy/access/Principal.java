package dev.distill.proxy.access;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * In whose name a request is made.
 *
 * @param key the name of the virtual key
 * @param routes it may use; all when empty
 * @param admin whether it may use the endpoints of those who run the proxy
 * @param expires from when on the key is refused
 */
public record Principal(
        String key,
        Optional<String> team,
        Optional<String> user,
        Set<String> routes,
        boolean admin,
        Optional<Instant> expires) {
    public Principal {
        routes = Set.copyOf(routes);
    }

    /** Whether it may ask for a route. */
    public boolean mayUse(String route) {
        return routes.isEmpty() || routes.contains(route);
    }
}
