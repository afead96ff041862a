package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.proxy.ScriptedUpstream.Received;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A proxy in front of a provider of every dialect, for clients of any. A route is named after the
 * dialect of its provider; {@code vllm} is OpenAI's without a Responses API of its own.
 */
final class EveryProvider implements AutoCloseable {
    static final Say HELLO = Say.text("Hel", "lo ", "there").as("fake-2026");
    static final Say WEATHER = Say.text().calling("get_weather", "{\"city\":", "\"Paris\"}");

    /** The properties that the arguments of the function in {@link #WEATHER} have. */
    static final Map<String, Object> CITY = Map.of("city", Map.of("type", "string"));

    private final ScriptedUpstream provider =
            ScriptedUpstream.of(request -> speech(request).answer(HELLO, request));
    private final LiveProxy proxy;

    /** One that anybody may ask. */
    EveryProvider(Path folder) {
        this(folder, "");
    }

    /** One that wants {@link TestKey}. */
    static EveryProvider withKeys(Path folder) {
        TestKey.write(folder);
        return new EveryProvider(folder, "keys: " + TestKey.FILE + "\n");
    }

    private EveryProvider(Path folder, String more) {
        proxy =
                LiveProxy.start(
                        folder,
                        """
                        providers:
                          openai: { kind: openai, base_url: "%1$s/openai/v1", api_key: env:PRIMARY_KEY, responses: true }
                          vllm: { kind: openai, base_url: "%1$s/vllm/v1", api_key: env:PRIMARY_KEY, responses: false }
                          anthropic: { kind: anthropic, base_url: "%1$s/anthropic", api_key: env:PRIMARY_KEY }
                          gemini: { kind: gemini, base_url: "%1$s/gemini/v1beta", api_key: env:PRIMARY_KEY }
                          bedrock: { kind: bedrock, region: us-east-1, base_url: "%1$s" }
                        routes:
                          openai: [ { provider: openai, model: m-openai } ]
                          vllm: [ { provider: vllm, model: m-vllm } ]
                          anthropic: [ { provider: anthropic, model: m-anthropic } ]
                          gemini: [ { provider: gemini, model: m-gemini } ]
                          bedrock: [ { provider: bedrock, model: anthropic.claude-1 } ]
                        retry: { attempts: 1 }
                        timeouts: { idle: 2s, total: 10s }
                        """
                                        .formatted(provider.at(""))
                                + more);
    }

    /** Where the proxy is. */
    String url(String path) {
        return proxy.at(path).toString();
    }

    /** Changes what the providers answer. */
    void say(Say say) {
        provider.behave(request -> speech(request).answer(say, request));
    }

    /** Changes what the providers do. */
    void behave(Function<Received, Script> how) {
        provider.behave(how);
    }

    List<Received> requests() {
        return provider.requests();
    }

    /** The last request that a provider got. */
    Received asked() {
        return provider.requests().getLast();
    }

    /** Refuses everything, in the words of each provider. */
    void refuse(int status, String message) {
        provider.behave(
                request -> {
                    Speech speech = speech(request);
                    String type =
                            switch (speech) {
                                case OPENAI_CHAT, OPENAI_RESPONSES ->
                                        status == 429 ? "rate_limit_exceeded" : "server_error";
                                case ANTHROPIC ->
                                        Map.of(
                                                        400, "invalid_request_error",
                                                        401, "authentication_error",
                                                        429, "rate_limit_error")
                                                .getOrDefault(status, "api_error");
                                case GEMINI ->
                                        Map.of(
                                                        400, "INVALID_ARGUMENT",
                                                        401, "UNAUTHENTICATED",
                                                        429, "RESOURCE_EXHAUSTED")
                                                .getOrDefault(status, "INTERNAL");
                                case BEDROCK ->
                                        Map.of(
                                                        400, "ValidationException",
                                                        401, "UnrecognizedClientException",
                                                        429, "ThrottlingException")
                                                .getOrDefault(status, "InternalServerException");
                            };
                    return speech.refuse(status, type, type, message);
                });
    }

    /** The dialect that a provider is asked in. */
    static Speech speech(Received request) {
        String path = request.path();
        if (path.endsWith("/responses")) {
            return Speech.OPENAI_RESPONSES;
        } else if (path.endsWith("/chat/completions")) {
            return Speech.OPENAI_CHAT;
        } else if (path.startsWith("/anthropic/")) {
            return Speech.ANTHROPIC;
        }
        return path.startsWith("/gemini/") ? Speech.GEMINI : Speech.BEDROCK;
    }

    /** The provider was asked in its own words, with the proxy's credential. */
    void assertAskedIn(String route) {
        JsonNode body = asked().json();
        switch (route) {
            case "openai" -> {
                assertThat(asked().path()).isEqualTo("/openai/v1/chat/completions");
                assertThat(asked().header("authorization"))
                        .isEqualTo("Bearer sk-secret-of-primary");
                assertThat(body.path("model").asText()).isEqualTo("m-openai");
                assertThat(body.at("/messages/0/role").asText()).isIn("system", "developer");
                assertThat(body.at("/messages/1/role").asText()).isEqualTo("user");
            }
            case "anthropic" -> {
                assertThat(asked().path()).isEqualTo("/anthropic/v1/messages");
                assertThat(asked().header("x-api-key")).isEqualTo("sk-secret-of-primary");
                assertThat(asked().header("anthropic-version")).matches("20\\d\\d-\\d\\d-\\d\\d");
                assertThat(body.path("model").asText()).isEqualTo("m-anthropic");
                assertThat(body.path("max_tokens").asInt()).isEqualTo(300);
                assertThat(body.path("system").toString()).contains("be brief");
                assertThat(body.path("messages")).hasSize(1);
            }
            case "gemini" -> {
                assertThat(asked().path()).startsWith("/gemini/v1beta/models/m-gemini:");
                assertThat(asked().header("x-goog-api-key")).isEqualTo("sk-secret-of-primary");
                assertThat(body.at("/systemInstruction/parts/0/text").asText())
                        .isEqualTo("be brief");
                assertThat(body.at("/contents/0/role").asText()).isEqualTo("user");
                assertThat(body.at("/generationConfig/maxOutputTokens").asInt()).isEqualTo(300);
            }
            default -> {
                assertThat(asked().path()).startsWith("/model/anthropic.claude-1/converse");
                assertThat(asked().header("authorization"))
                        .startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
                        .contains("/us-east-1/bedrock/aws4_request");
                assertThat(body.at("/system/0/text").asText()).isEqualTo("be brief");
                assertThat(body.at("/messages/0/content/0/text").asText()).isEqualTo("hi");
                assertThat(body.at("/inferenceConfig/maxTokens").asInt()).isEqualTo(300);
            }
        }
        assertThat(asked().headers()).doesNotContainValue("Bearer anything");
    }

    /** The provider was told of the function. */
    void assertToolOffered(String route) {
        JsonNode body = asked().json();
        JsonNode tool =
                switch (route) {
                    case "openai" -> body.at("/tools/0/function");
                    case "anthropic" -> body.at("/tools/0");
                    case "gemini" -> body.at("/tools/0/functionDeclarations/0");
                    default -> body.at("/toolConfig/tools/0/toolSpec");
                };
        assertThat(tool.path("name").asText()).isEqualTo("get_weather");
        assertThat(tool.toString()).contains("\"city\"");
    }

    /** The provider was told what the function returned. */
    void assertToolAnswered(String route, String id) {
        JsonNode body = asked().json();
        String place =
                switch (route) {
                    case "openai" -> "/messages/3";
                    case "anthropic" -> "/messages/2/content/0";
                    case "gemini" -> "/contents/2/parts/0/functionResponse";
                    default -> "/messages/2/content/0/toolResult";
                };
        assertThat(body.at(place).toString()).contains("sunny");
        switch (route) {
            case "openai" -> assertThat(body.at(place + "/tool_call_id").asText()).isEqualTo(id);
            case "anthropic" -> assertThat(body.at(place + "/tool_use_id").asText()).isEqualTo(id);
            case "gemini" -> assertThat(body.at(place + "/name").asText()).isEqualTo("get_weather");
            default -> assertThat(body.at(place + "/toolUseId").asText()).isEqualTo(id);
        }
    }

    /** Plain values as those of a client. */
    static <V> Map<String, V> values(Function<Object, V> from, Map<String, ?> plain) {
        return plain.entrySet().stream()
                .collect(
                        Collectors.toMap(Map.Entry::getKey, entry -> from.apply(entry.getValue())));
    }

    @Override
    public void close() {
        proxy.close();
        provider.close();
    }
}
