package dev.distill.proxy;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.ProxyConfig;
import dev.distill.config.UserError;
import dev.distill.proxy.upstream.Provider;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All routes by name and the providers behind them, which it owns. */
final class Routes implements AutoCloseable {
    /** The provider name of models in this process. */
    private static final String LOCAL = "local";

    private final Map<String, Route> routes = new LinkedHashMap<>();
    private final List<Provider> providers = new ArrayList<>();

    private Routes() {}

    /**
     * Opens every provider of the file that a route leads to and takes over those of local routes.
     *
     * @throws UserError when a name is unknown or taken twice, a key is missing, or a cassette is
     *     malformed; providers opened until then, local ones included, are closed
     */
    static Routes open(
            ProxyConfig config,
            Map<String, String> environment,
            List<LocalRoute> localRoutes,
            Surroundings surroundings) {
        Routes routes = new Routes();
        localRoutes.forEach(local -> routes.providers.add(local.provider()));
        try {
            routes.addRemote(config, environment, surroundings);
            localRoutes.forEach(routes::addLocal);
            return routes;
        } catch (RuntimeException e) {
            routes.close();
            throw e;
        }
    }

    /** The route of a name. */
    Optional<Route> find(String name) {
        return Optional.ofNullable(routes.get(name));
    }

    /** The names of all routes, in the order of the file. */
    Set<String> names() {
        return routes.keySet();
    }

    @Override
    public void close() {
        providers.forEach(Provider::close);
    }

    private void addRemote(
            ProxyConfig config, Map<String, String> environment, Surroundings surroundings) {
        Map<String, Provider> opened = new LinkedHashMap<>();
        config.routes()
                .forEach(
                        (name, route) -> {
                            List<Route.Target> built = new ArrayList<>();
                            for (ProxyConfig.Target target :
                                    route.ordered().stream().flatMap(List::stream).toList()) {
                                Provider provider =
                                        opened.computeIfAbsent(
                                                target.provider(),
                                                p -> open(p, config, environment, surroundings));
                                built.add(
                                        new Route.Target(
                                                target.provider(),
                                                provider,
                                                target.model(),
                                                Optional.ofNullable(
                                                                config.prices().get(target.model()))
                                                        .map(List::getLast)));
                            }
                            add(name, built);
                        });
    }

    private void addLocal(LocalRoute local) {
        add(
                local.name(),
                List.of(
                        new Route.Target(
                                LOCAL,
                                local.provider(),
                                local.model(),
                                Optional.of(local.price()))));
    }

    private void add(String name, List<Route.Target> targets) {
        if (targets.isEmpty()) {
            throw invalid("route %s has no targets".formatted(name));
        }
        if (routes.putIfAbsent(name, new Route(name, targets)) != null) {
            throw invalid("route %s is defined twice".formatted(name));
        }
    }

    private Provider open(
            String name,
            ProxyConfig config,
            Map<String, String> environment,
            Surroundings surroundings) {
        ProxyConfig.Provider declared = config.providers().get(name);
        Provider provider =
                switch (declared) {
                    case null -> throw invalid("provider %s is not defined".formatted(name));
                    case ProxyConfig.OpenAi openAi ->
                            new OpenAiProvider(
                                    openAi.baseUrl(),
                                    openAi.apiKey().map(key -> key.resolve(environment)),
                                    config.timeouts(),
                                    surroundings.clock());
                    case ProxyConfig.Anthropic _, ProxyConfig.Gemini _, ProxyConfig.Bedrock _ ->
                            throw invalid("provider %s cannot be used yet".formatted(name));
                    case ProxyConfig.Replay replay ->
                            new ReplayProvider(replay, surroundings.sleeper());
                };
        providers.add(provider);
        return provider;
    }

    private static UserError invalid(String message) {
        return new UserError(ExitCode.INVALID_INPUT, Problem.of(message));
    }
}
