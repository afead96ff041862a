package dev.distill.proxy;

import dev.distill.proxy.wire.Dialect;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The paths of the proxy: who speaks which dialect there, and by which method. */
final class Endpoints {
    /** Anthropic's clients always name their version. */
    static final String ANTHROPIC_VERSION = "anthropic-version";

    /** Where questions are asked. */
    static final Map<String, Dialect> QUESTIONS =
            Map.of(
                    "/v1/chat/completions", Dialect.OPENAI_CHAT,
                    "/v1/responses", Dialect.OPENAI_RESPONSES,
                    "/v1/embeddings", Dialect.OPENAI_EMBEDDINGS,
                    "/v1/messages", Dialect.ANTHROPIC_MESSAGES);

    /** Where Anthropic's clients have the tokens of a request counted. */
    static final String COUNT_TOKENS = "/v1/messages/count_tokens";

    private static final Pattern POSTED =
            Pattern.compile(
                    "/v1/chat/completions|/v1/responses|/v1/embeddings|/v1/messages(/count_tokens)?"
                            + "|/admin/sessions/[^/]+/[^/]+|/admin/providers/[^/]+/revive|/admin/reload");

    private static final Pattern GOT =
            Pattern.compile(
                    "/v1/models(/[^/]+)?|/healthz|/readyz|/metrics"
                            + "|/admin/(budgets|sessions|usage|lots|providers)");

    private Endpoints() {}

    /** The dialect of whoever asks at a path, also of one that is not there. */
    static Dialect dialect(String path, boolean namesAnthropicVersion) {
        if (namesAnthropicVersion || path.startsWith("/v1/messages")) {
            return Dialect.ANTHROPIC_MESSAGES;
        }
        return QUESTIONS.getOrDefault(path, Dialect.OPENAI_CHAT);
    }

    /** The methods of a path; empty when there is no such path. */
    static Optional<String> allowed(String path) {
        if (POSTED.matcher(path).matches()) {
            return Optional.of("POST");
        }
        return GOT.matcher(path).matches() ? Optional.of("GET") : Optional.empty();
    }
}
