package dev.distill.proxy.telemetry;

import dev.distill.config.ProxyConfig;
import dev.distill.proxy.wire.Refusal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The words that labels may be: what callers send never becomes a label.
 *
 * @param routes the names of the routes
 * @param providers the names of the providers
 * @param models the providers' names of the models
 * @param outcomes what a request or an attempt can end with
 */
public record Vocabulary(
        Set<String> routes, Set<String> providers, Set<String> models, Set<String> outcomes) {
    /** What stands for every other word. */
    public static final String OTHER = "other";

    /** The outcome of whatever went well. */
    public static final String OK = "ok";

    /** Outcomes of the proxy itself, beside those of {@link Refusal.Kind}. */
    private static final Set<String> OWN =
            Set.of(
                    OK,
                    "all_targets_unavailable",
                    "answer_too_large",
                    "budget_exceeded",
                    "client_gone",
                    "deadline_exceeded",
                    "insufficient_quota",
                    "internal_error",
                    "invalid_api_key",
                    "invalid_header",
                    "invalid_json",
                    "invalid_request",
                    "invalid_value",
                    "max_tokens_required",
                    "model_not_allowed",
                    "model_not_found",
                    "price_unknown",
                    "rate_limit_exceeded",
                    "request_too_large",
                    "session_stopped",
                    "store_failed",
                    "unsupported_parameter",
                    "upstream_credentials_exhausted",
                    "upstream_failed",
                    "upstream_overloaded",
                    "upstream_rate_limited",
                    "upstream_truncated");

    /** Whether a word for what went wrong is the proxy's own, rather than some provider's. */
    public static boolean isOwn(String outcome) {
        return OWN.contains(outcome);
    }

    public Vocabulary {
        routes = Set.copyOf(routes);
        providers = Set.copyOf(providers);
        models = Set.copyOf(models);
        outcomes = Set.copyOf(outcomes);
    }

    /** The words of a proxy file. */
    public static Vocabulary of(ProxyConfig config) {
        Set<String> models = new HashSet<>();
        config.routes()
                .values()
                .forEach(
                        route ->
                                route.ordered().stream()
                                        .flatMap(List::stream)
                                        .forEach(target -> models.add(target.model())));
        Set<String> outcomes = new TreeSet<>(OWN);
        for (Refusal.Kind kind : Refusal.Kind.values()) {
            outcomes.add(kind.word());
        }
        return new Vocabulary(
                config.routes().keySet(), config.providers().keySet(), models, outcomes);
    }

    String route(String word) {
        return known(routes, word);
    }

    String provider(String word) {
        return known(providers, word);
    }

    String model(String word) {
        return known(models, word);
    }

    String outcome(String word) {
        return known(outcomes, word);
    }

    private static String known(Set<String> words, String word) {
        return words.contains(word) ? word : OTHER;
    }
}
