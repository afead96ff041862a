package dev.distill.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.files.Json;
import dev.distill.proxy.wire.Refusal.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProviderErrorsTest {
    private static final AnthropicCodec ANTHROPIC = new AnthropicCodec(() -> Instant.EPOCH);
    private static final GeminiCodec GEMINI = new GeminiCodec(() -> Instant.EPOCH);
    private static final BedrockCodec BEDROCK = new BedrockCodec(() -> Instant.EPOCH);

    @ParameterizedTest
    @CsvSource({
        "401, authentication_error, invalid x-api-key, CREDENTIALS",
        "402, billing_error, Payment required, QUOTA_EXHAUSTED",
        "403, permission_error, not allowed, CREDENTIALS",
        "404, not_found_error, model: claude-1, MODEL_GONE",
        "413, request_too_large, Request exceeds the maximum size, CONTEXT_LENGTH",
        "429, rate_limit_error, This request would exceed your rate limit, RATE_LIMITED",
        "500, api_error, Internal server error, TRANSIENT",
        "504, timeout_error, Request timed out, TRANSIENT",
        "529, overloaded_error, Overloaded, OVERLOADED",
        "400, invalid_request_error, max_tokens: Field required, CALLER_FAULT",
        "400, invalid_request_error, Your credit balance is too low to access, QUOTA_EXHAUSTED",
        "400, invalid_request_error, prompt is too long: 2 tokens > 1 maximum, CONTEXT_LENGTH",
        "400, invalid_request_error, Output blocked by content filtering policy, CONTENT_POLICY",
    })
    void anthropicIsUnderstood(int status, String type, String message, Kind kind) {
        String body =
                """
                {"type":"error","error":{"type":"%s","message":"%s"},"request_id":"req_1"}"""
                        .formatted(type, message);

        Refusal refusal = ANTHROPIC.readError(status, Map.of(), body);

        assertThat(refusal)
                .isEqualTo(
                        new Refusal(
                                status,
                                kind,
                                type,
                                Optional.empty(),
                                message,
                                Optional.empty(),
                                Optional.empty()));
    }

    @Test
    void aSpendLimitOfAnthropicIsNoRateLimit() {
        String body =
                """
                {"type":"error","error":{"type":"rate_limit_error","message":"limit",
                 "details":{"error_code":"enforced_spend_limit_reached"}}}""";

        Refusal refusal = ANTHROPIC.readError(429, Map.of(), body);

        assertThat(refusal.kind()).isEqualTo(Kind.QUOTA_EXHAUSTED);
        assertThat(refusal.code()).contains("enforced_spend_limit_reached");
    }

    @ParameterizedTest
    @CsvSource({
        "400, INVALID_ARGUMENT, Invalid value at 'contents', CALLER_FAULT",
        "400, INVALID_ARGUMENT, API key not valid. Please pass a valid API key., CREDENTIALS",
        "400, INVALID_ARGUMENT, The input token count (1100000) exceeds the maximum,"
                + " CONTEXT_LENGTH",
        "400, FAILED_PRECONDITION, Enable billing, QUOTA_EXHAUSTED",
        "403, PERMISSION_DENIED, no, CREDENTIALS",
        "404, NOT_FOUND, models/gemini-1.0-pro is not found, MODEL_GONE",
        "429, RESOURCE_EXHAUSTED, You exceeded your current quota, RATE_LIMITED",
        "500, INTERNAL, An internal error has occurred, TRANSIENT",
        "503, UNAVAILABLE, The model is overloaded, OVERLOADED",
        "504, DEADLINE_EXCEEDED, too late, TRANSIENT",
    })
    void geminiIsUnderstood(int status, String type, String message, Kind kind) {
        String body =
                "{\"error\":{\"code\":%d,\"message\":\"%s\",\"status\":\"%s\"}}"
                        .formatted(status, message, type);

        assertThat(GEMINI.readError(status, Map.of(), body).kind()).isEqualTo(kind);
        assertThat(GEMINI.readError(status, Map.of(), "[" + body + "]").message())
                .isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource({
        "GenerateRequestsPerMinutePerProjectPerModel, RATE_LIMITED",
        "GenerateRequestsPerDayPerProjectPerModel-FreeTier, QUOTA_EXHAUSTED",
    })
    void geminiSaysWhichQuotaItIsAndHowLongToWait(String quota, Kind kind) {
        String body =
                """
                {"error":{"code":429,"message":"You exceeded your current quota",
                 "status":"RESOURCE_EXHAUSTED","details":[
                 {"@type":"type.googleapis.com/google.rpc.QuotaFailure",
                  "violations":[{"quotaId":"%s","quotaValue":"250"}]},
                 {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.074824224s"}
                ]}}"""
                        .formatted(quota);

        Refusal refusal = GEMINI.readError(429, Map.of(), body);

        assertThat(refusal.kind()).isEqualTo(kind);
        assertThat(refusal.retryAfter()).contains(Duration.ofNanos(34_074_824_224L));
    }

    @Test
    void aPromptThatGeminiBlocksIsAMatterOfContentPolicy() throws Exception {
        String body = "{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"}}";

        assertThatThrownBy(() -> GEMINI.readCompletion(Json.parse(body)))
                .isInstanceOfSatisfying(
                        WireException.class,
                        e ->
                                assertThat(e.refusal().map(Refusal::kind))
                                        .contains(Kind.CONTENT_POLICY))
                .hasMessage("the prompt was blocked: PROHIBITED_CONTENT");
        assertThat(TestFrames.read(GEMINI.streamReader(), List.of(TestFrames.data(body))))
                .singleElement()
                .isInstanceOfSatisfying(
                        Event.Failed.class,
                        f -> assertThat(f.refusal().kind()).isEqualTo(Kind.CONTENT_POLICY));
    }

    @Test
    void anAnswerThatGeminiBreaksOffIsNone() {
        String body = "{\"candidates\":[{\"finishReason\":\"MALFORMED_FUNCTION_CALL\"}]}";

        assertThatThrownBy(() -> GEMINI.readCompletion(Json.parse(body)))
                .isInstanceOf(WireException.class)
                .hasMessage("the answer broke off: MALFORMED_FUNCTION_CALL");
    }

    @ParameterizedTest
    @CsvSource({
        "429, ThrottlingException, Too many requests, RATE_LIMITED",
        "429, ThrottlingException, Too many tokens per day, QUOTA_EXHAUSTED",
        "400, ServiceQuotaExceededException, quota, QUOTA_EXHAUSTED",
        "403, AccessDeniedException, no access, CREDENTIALS",
        "403, ExpiredTokenException, expired, CREDENTIALS",
        "404, ResourceNotFoundException, no such model, MODEL_GONE",
        "400, ValidationException, The provided model identifier is invalid., MODEL_GONE",
        "400, ValidationException, Input is too long for requested model., CONTEXT_LENGTH",
        "400, ValidationException, Malformed input, CALLER_FAULT",
        "429, ModelNotReadyException, not ready, OVERLOADED",
        "503, ServiceUnavailableException, busy, OVERLOADED",
        "500, InternalServerException, oops, TRANSIENT",
        "408, ModelTimeoutException, slow, TRANSIENT",
        "424, ModelErrorException, oops, TRANSIENT",
    })
    void bedrockIsUnderstood(int status, String type, String message, Kind kind) {
        Map<String, String> headers =
                Map.of("x-amzn-errortype", type + ":http://internal.amazon.com/coral/");
        String body = "{\"message\":\"%s\"}".formatted(message);
        String named = "{\"__type\":\"com.amazon#%s\",\"Message\":\"%s\"}".formatted(type, message);

        assertThat(BEDROCK.readError(status, headers, body).kind()).isEqualTo(kind);
        assertThat(BEDROCK.readError(status, Map.of(), named).kind()).isEqualTo(kind);
        assertThat(BEDROCK.readError(status, Map.of(), named).message()).isEqualTo(message);
    }

    @Test
    void anExceptionWithinAStreamOfBedrockFailsIt() {
        assertThat(
                        BEDROCK.streamReader()
                                .read(
                                        TestFrames.named(
                                                "throttlingException", "{\"message\":\"slow\"}")))
                .singleElement()
                .isInstanceOfSatisfying(
                        Event.Failed.class,
                        f -> {
                            assertThat(f.refusal().kind()).isEqualTo(Kind.RATE_LIMITED);
                            assertThat(f.refusal().message()).isEqualTo("slow");
                        });
    }

    @Test
    void anErrorWithinAStreamOfAnthropicFailsIt() {
        String data =
                "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}";

        assertThat(ANTHROPIC.streamReader().read(TestFrames.named("error", data)))
                .singleElement()
                .isInstanceOfSatisfying(
                        Event.Failed.class,
                        f -> assertThat(f.refusal().kind()).isEqualTo(Kind.OVERLOADED));
    }

    @ParameterizedTest
    @CsvSource({"502, TRANSIENT", "503, OVERLOADED", "401, CREDENTIALS", "418, CALLER_FAULT"})
    void aPageOfSomebodyElseIsKnownByItsStatus(int status, Kind kind) {
        for (ProviderCodec codec : List.of(ANTHROPIC, GEMINI, BEDROCK)) {
            Refusal refusal = codec.readError(status, Map.of(), "<html>Bad</html>");

            assertThat(refusal.kind()).isEqualTo(kind);
            assertThat(refusal.message()).isEqualTo("<html>Bad</html>");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, CALLER_FAULT, invalid_request_error",
        "401, CALLER_FAULT, authentication_error",
        "402, QUOTA_EXHAUSTED, billing_error",
        "403, CALLER_FAULT, permission_error",
        "404, MODEL_GONE, not_found_error",
        "413, CALLER_FAULT, request_too_large",
        "429, RATE_LIMITED, rate_limit_error",
        "429, QUOTA_EXHAUSTED, rate_limit_error",
        "400, CONTENT_POLICY, invalid_request_error",
        "400, CONTEXT_LENGTH, invalid_request_error",
        "401, CREDENTIALS, authentication_error",
        "502, CREDENTIALS, api_error",
        "500, TRANSIENT, api_error",
        "502, MALFORMED, api_error",
        "504, TRANSIENT, timeout_error",
        "529, OVERLOADED, overloaded_error",
    })
    void anErrorIsWrittenInTheWordsOfAnthropic(int status, Kind kind, String type) {
        Refusal refusal =
                new Refusal(
                        status,
                        kind,
                        "whatever",
                        Optional.of("budget_exceeded"),
                        "Sorry",
                        Optional.empty(),
                        Optional.empty());

        assertThat(ANTHROPIC.writeError(refusal, "req_1"))
                .hasToString(
                        "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"Sorry\",\"details\":{\"error_code\":\"budget_exceeded\"}},\"request_id\":\"req_1\"}"
                                .formatted(type));
        assertThat(ANTHROPIC.writeStreamError(refusal, "req_1"))
                .asString()
                .startsWith("event: error\ndata: {\"type\":\"error\",")
                .endsWith("}\n\n");
    }
}
