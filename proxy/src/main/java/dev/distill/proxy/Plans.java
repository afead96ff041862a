package dev.distill.proxy;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.ProxyConfig;
import dev.distill.config.UserError;
import dev.distill.proxy.access.KeyRing;
import dev.distill.proxy.money.PriceTable;
import dev.distill.proxy.routing.TargetHealth;
import dev.distill.proxy.telemetry.Metrics;
import dev.distill.proxy.telemetry.Vocabulary;
import dev.distill.proxy.upstream.Clocks;
import dev.distill.proxy.upstream.InProcessUpstream;
import dev.distill.proxy.upstream.KeyPool;
import dev.distill.proxy.upstream.Upstream;
import dev.distill.proxy.upstream.Upstreams;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes plans of proxy files and holds the present one. What a reload does not change goes on:
 * connections, what is known of targets and keys, and everything that is counted. Secrets are read
 * anew: a key whose secret is another one starts afresh, and calls under way keep the old one.
 */
final class Plans implements AutoCloseable {
    /** The provider name of models in this process. */
    static final String LOCAL = "local";

    private static final Logger LOG = System.getLogger(Plans.class.getName());

    private final Upstreams opener;
    private final List<LocalRoute> local;
    private final Map<String, Upstream> localUpstreams = new LinkedHashMap<>();
    private final Counted counted;
    private final Metrics metrics;
    private final InstantSource clock;
    private final Map<Opened, Upstream> upstreams = new ConcurrentHashMap<>();
    private final Map<String, TargetHealth> healths = new ConcurrentHashMap<>();
    private volatile Plan current;

    /** A provider as it is declared. */
    private record Opened(String name, ProxyConfig.Provider declared) {}

    /**
     * Makes the first plan.
     *
     * @param local models of this process, closed with this
     * @throws UserError when a name is taken twice, a key is missing, or a file is malformed; what
     *     was opened until then, local models included, is closed
     */
    Plans(
            ProxyConfig config,
            Upstreams opener,
            List<LocalRoute> local,
            Counted counted,
            Metrics metrics,
            InstantSource clock) {
        this.opener = opener;
        this.local = List.copyOf(local);
        this.counted = counted;
        this.metrics = metrics;
        this.clock = clock;
        local.forEach(
                route ->
                        localUpstreams.put(
                                route.name(), new InProcessUpstream(LOCAL, route.provider())));
        try {
            this.current = plan(config, Optional.empty());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** The plan that new requests get. */
    Plan current() {
        return current;
    }

    /**
     * Makes a plan of a changed file; the requests under way keep theirs.
     *
     * @param beforehand what else has to succeed before the plan is in force
     * @throws UserError when the file cannot work; the present plan then stays
     */
    synchronized void reload(ProxyConfig config, Runnable beforehand) {
        Plan before = current;
        Plan next = plan(config, Optional.of(before));
        List<Renewal> renewals = renewals(next);
        beforehand.run();
        renewals.forEach(Renewal::happen);
        metrics.vocabulary(Vocabulary.of(config));
        current = next;
        Set<Upstream> used = upstreamsOf(current);
        upstreams.values().stream()
                .filter(upstream -> !used.contains(upstream))
                .toList()
                .forEach(upstream -> retire(upstream, before.config().timeouts().total()));
    }

    /**
     * Other keys of a provider that stays.
     *
     * @param keys new ones, read already
     */
    private record Renewal(Upstream upstream, List<KeyPool.Key> keys, Plan plan) {
        /** What an earlier key has used up says nothing about another one. */
        void happen() {
            if (upstream.keys().renew(keys)) {
                plan.routes().values().stream()
                        .flatMap(route -> route.targets().stream())
                        .filter(target -> target.upstream().equals(upstream))
                        .forEach(target -> target.health().otherKey());
            }
        }
    }

    private List<Renewal> renewals(Plan next) {
        Set<Upstream> used = upstreamsOf(next);
        return upstreams.entrySet().stream()
                .filter(entry -> used.contains(entry.getValue()))
                .map(
                        entry ->
                                new Renewal(
                                        entry.getValue(),
                                        opener.keys(
                                                entry.getKey().name(), entry.getKey().declared()),
                                        next))
                .toList();
    }

    private Plan plan(ProxyConfig file, Optional<Plan> before) {
        ProxyConfig config = file;
        for (LocalRoute route : local) {
            config = config.withPrice(route.model(), route.price());
        }
        PriceTable prices = PriceTable.of(config);
        Map<String, Route> routes = new LinkedHashMap<>();
        for (Map.Entry<String, ProxyConfig.Route> entry : config.routes().entrySet()) {
            routes.put(entry.getKey(), route(entry.getKey(), entry.getValue(), config, prices));
        }
        for (LocalRoute route : local) {
            if (routes.put(route.name(), local(route, config)) != null) {
                throw invalid("route %s is defined twice".formatted(route.name()));
            }
        }
        return counted.plan(
                config,
                routes,
                config.keys().map(keys -> KeyRing.read(keys, clock)),
                prices,
                before);
    }

    private Route route(
            String name, ProxyConfig.Route route, ProxyConfig config, PriceTable prices) {
        List<List<Target>> groups = new ArrayList<>();
        for (List<ProxyConfig.Target> group : route.ordered()) {
            if (group.isEmpty()) {
                throw invalid("route %s has an empty group".formatted(name));
            }
            groups.add(group.stream().map(target -> target(name, target, config)).toList());
        }
        if (groups.isEmpty()) {
            throw invalid("route %s has no targets".formatted(name));
        }
        ProxyConfig.Timeouts timeouts = route.timeouts().over(config.timeouts());
        groups.forEach(group -> group.forEach(target -> warnOfEnd(name, target, prices)));
        Target first = groups.getFirst().getFirst();
        return new Route(
                name,
                groups,
                Clocks.of(timeouts),
                Clocks.patient(timeouts),
                prices.end(first.provider(), first.model()),
                route);
    }

    private void warnOfEnd(String route, Target target, PriceTable prices) {
        prices.end(target.provider(), target.model())
                .ifPresent(
                        day ->
                                LOG.log(
                                        Level.WARNING,
                                        "route %s: the price file has an end for model %s of provider %s, which %s %s"
                                                .formatted(
                                                        route,
                                                        target.model(),
                                                        target.provider(),
                                                        day.isAfter(today())
                                                                ? "comes on"
                                                                : "came on",
                                                        day)));
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    private Target target(String route, ProxyConfig.Target target, ProxyConfig config) {
        ProxyConfig.Provider declared = config.providers().get(target.provider());
        if (declared == null) {
            throw invalid("provider %s is not defined".formatted(target.provider()));
        }
        Upstream upstream =
                upstreams.computeIfAbsent(
                        new Opened(target.provider(), declared),
                        opened -> opener.open(opened.name(), opened.declared()));
        return new Target(
                upstream,
                target.model(),
                target.weight(),
                health(target.provider(), target.model(), config),
                onClientGone(declared),
                metrics.target(route, target.provider(), target.model()),
                Target.Seen.of(declared));
    }

    private static ProxyConfig.ClientGone onClientGone(ProxyConfig.Provider declared) {
        return switch (declared) {
            case ProxyConfig.OpenAi openAi -> openAi.onClientGone();
            case ProxyConfig.Anthropic anthropic -> anthropic.onClientGone();
            case ProxyConfig.Gemini gemini -> gemini.onClientGone();
            case ProxyConfig.Bedrock bedrock -> bedrock.onClientGone();
            case ProxyConfig.Replay _, ProxyConfig.Student _ -> ProxyConfig.ClientGone.CANCEL;
        };
    }

    private Route local(LocalRoute route, ProxyConfig config) {
        Upstream upstream = localUpstreams.get(route.name());
        if (upstream == null) {
            throw new IllegalStateException("every local route has its model");
        }
        Target target =
                new Target(
                        upstream,
                        route.model(),
                        1,
                        health(LOCAL, route.model(), config),
                        ProxyConfig.ClientGone.CANCEL,
                        metrics.target(route.name(), LOCAL, route.model()),
                        Target.Seen.HERE);
        return new Route(
                route.name(),
                List.of(List.of(target)),
                Clocks.of(config.timeouts()),
                Clocks.patient(config.timeouts()),
                Optional.empty(),
                ProxyConfig.Route.of(List.of()));
    }

    private TargetHealth health(String provider, String model, ProxyConfig config) {
        return healths.computeIfAbsent(
                "%s/%s/%s".formatted(provider, model, config.breaker()),
                _ -> new TargetHealth(config.breaker(), System::nanoTime));
    }

    private static Set<Upstream> upstreamsOf(Plan plan) {
        Set<Upstream> used = new HashSet<>();
        plan.routes().values().stream()
                .flatMap(route -> route.targets().stream())
                .forEach(target -> used.add(target.upstream()));
        return used;
    }

    /** Closes a provider that no plan names any more, once the calls under way must be over. */
    private void retire(Upstream upstream, Duration after) {
        Thread.ofVirtual()
                .name("retire " + upstream.name())
                .start(
                        () -> {
                            LockSupport.parkNanos(after.toNanos());
                            if (!upstreamsOf(current).contains(upstream)) {
                                upstreams.values().remove(upstream);
                                upstream.close();
                            }
                        });
    }

    @Override
    public void close() {
        upstreams.values().forEach(Upstream::close);
        localUpstreams.values().forEach(Upstream::close);
    }

    private static UserError invalid(String message) {
        return new UserError(ExitCode.INVALID_INPUT, Problem.of(message));
    }
}
