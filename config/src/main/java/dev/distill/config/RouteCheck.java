package dev.distill.config;

import dev.distill.config.ProxyConfig.Retirement;
import dev.distill.config.ProxyConfig.Route;
import dev.distill.config.ProxyConfig.Target;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Whether every route of a proxy file leads somewhere. */
final class RouteCheck {
    private final ProxyConfig config;
    private final Findings findings;

    RouteCheck(ProxyConfig config, Findings findings) {
        this.config = config;
        this.findings = findings;
    }

    void run() {
        config.routes().forEach(this::route);
    }

    private void route(String name, Route route) {
        String key = "routes." + name;
        if (name.equals(Findings.EACH)) {
            findings.add(key, "has a name that budgets and limits use for all of them");
        }
        boolean grouped = !route.groups().isEmpty();
        if (grouped && !route.targets().isEmpty()) {
            findings.add(key, "has both targets and groups");
        } else if (route.ordered().isEmpty()) {
            findings.add(
                    key,
                    "leads nowhere: it has no targets",
                    List.of(key + ".targets", key + ".groups"));
        }
        for (int g = 0; g < route.ordered().size(); g++) {
            List<Target> group = route.ordered().get(g);
            String groupKey = key + (grouped ? ".groups[" : ".targets[") + g + "]";
            if (group.isEmpty()) {
                findings.add(groupKey, "is empty");
            }
            for (int t = 0; t < group.size(); t++) {
                findings.known(
                        groupKey + (grouped ? "[" + t + "]" : "") + ".provider",
                        group.get(t).provider(),
                        config.providers().keySet(),
                        "provider",
                        "providers");
            }
        }
        route.retirement().ifPresent(end -> retirement(key + ".retirement", name, end));
    }

    private void retirement(String key, String name, Retirement end) {
        String successor = key + ".successor";
        findings.known(successor, end.successor(), config.routes().keySet(), "route", "routes");
        if (leadsBack(name, config.routes())) {
            findings.add(successor, "leads back to " + name);
        }
        if (end.deprecation().isPresent()
                && end.sunset().filter(end.deprecation().get()::isAfter).isPresent()) {
            findings.add(key + ".sunset", "is before its deprecation");
        }
    }

    /** Whether who follows the successors of a route comes to it again. */
    private static boolean leadsBack(String name, Map<String, Route> routes) {
        Set<String> seen = new HashSet<>();
        Optional<String> next = successor(routes, name);
        while (next.isPresent() && seen.add(next.get())) {
            if (next.get().equals(name)) {
                return true;
            }
            next = successor(routes, next.get());
        }
        return false;
    }

    private static Optional<String> successor(Map<String, Route> routes, String name) {
        return Optional.ofNullable(routes.get(name))
                .flatMap(Route::retirement)
                .map(Retirement::successor);
    }
}
