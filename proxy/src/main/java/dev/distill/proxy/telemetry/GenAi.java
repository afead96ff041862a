package dev.distill.proxy.telemetry;

import dev.distill.config.ProxyConfig;
import dev.distill.config.ProxyConfig.Anthropic;
import dev.distill.config.ProxyConfig.Bedrock;
import dev.distill.config.ProxyConfig.Gemini;
import dev.distill.config.ProxyConfig.OpenAi;
import dev.distill.config.ProxyConfig.Replay;
import dev.distill.config.ProxyConfig.Student;
import dev.distill.proxy.wire.Dialect;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The words of OpenTelemetry for generative models.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/">the
 *     conventions</a>
 */
public final class GenAi {
    static final String OPERATION = "gen_ai.operation.name";
    static final String PROVIDER = "gen_ai.provider.name";
    static final String REQUEST_MODEL = "gen_ai.request.model";
    static final String RESPONSE_MODEL = "gen_ai.response.model";
    static final String FINISH_REASONS = "gen_ai.response.finish_reasons";
    static final String FIRST_CHUNK = "gen_ai.response.time_to_first_chunk";
    static final String INPUT_TOKENS = "gen_ai.usage.input_tokens";
    static final String OUTPUT_TOKENS = "gen_ai.usage.output_tokens";
    static final String CACHED_TOKENS = "gen_ai.usage.cache_read.input_tokens";
    static final String CACHE_WRITE_TOKENS = "gen_ai.usage.cache_creation.input_tokens";
    static final String REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens";
    static final String CONVERSATION = "gen_ai.conversation.id";
    static final String ERROR_TYPE = "error.type";
    static final String SERVER_ADDRESS = "server.address";
    static final String SERVER_PORT = "server.port";
    static final String STATUS = "http.response.status_code";

    /** OpenAI-like providers that have a name of their own, by the end of their host. */
    private static final Map<String, String> BY_HOST =
            Map.of(
                    ".openai.azure.com", "azure.ai.openai",
                    ".cognitiveservices.azure.com", "azure.ai.inference",
                    "api.deepseek.com", "deepseek",
                    "api.groq.com", "groq",
                    "api.mistral.ai", "mistral_ai",
                    "api.perplexity.ai", "perplexity",
                    "api.x.ai", "x_ai");

    private GenAi() {}

    /** The operation that a dialect asks for. */
    public static String operation(Dialect dialect) {
        return dialect == Dialect.OPENAI_EMBEDDINGS ? "embeddings" : "chat";
    }

    /** The name of a provider. */
    public static String provider(ProxyConfig.Provider provider) {
        return switch (provider) {
            case OpenAi openAi -> byHost(openAi.baseUrl().getHost());
            case Anthropic _ -> "anthropic";
            case Gemini _ -> "gcp.gemini";
            case Bedrock _ -> "aws.bedrock";
            case Replay _ -> "replay";
            case Student _ -> "distill";
        };
    }

    private static String byHost(@Nullable String host) {
        return Optional.ofNullable(host).stream()
                .flatMap(
                        name ->
                                BY_HOST.entrySet().stream()
                                        .filter(entry -> name.endsWith(entry.getKey()))
                                        .map(Map.Entry::getValue))
                .findFirst()
                .orElse("openai");
    }
}
