package dev.distill.proxy.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Refusal.Kind;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Errors of Amazon Bedrock, named in a header, in the body or by the frame of a stream. */
final class BedrockErrors {
    /** The header that names the error. */
    static final String TYPE = "x-amzn-errortype";

    private BedrockErrors() {}

    /** Whether a frame of a stream with this name is an error. */
    static boolean isError(String event) {
        return event.toLowerCase(Locale.ROOT).endsWith("exception")
                || event.equals(AwsEventStream.ERROR);
    }

    static Refusal read(int status, Map<String, String> headers, String text) {
        JsonNode body = parse(text);
        String type = type(body.path("__type").asText(headers.getOrDefault(TYPE, "")));
        String message =
                body.path("message")
                        .asText(body.path("Message").asText(ErrorText.of(status, text)));
        return new Refusal(
                status,
                kind(status, type, message.toLowerCase(Locale.ROOT)),
                type,
                Optional.empty(),
                message,
                Optional.empty(),
                Optional.empty());
    }

    private static JsonNode parse(String text) {
        try {
            return Json.parse(text);
        } catch (JsonProcessingException _) {
            return Json.object();
        }
    }

    /**
     * The bare name: the header may go on with {@code :http://…}, the body's begins with {@code
     * com.amazon.…#}, and that of a frame begins with a small letter.
     */
    private static String type(String name) {
        String bare = name.substring(name.indexOf('#') + 1);
        bare = bare.contains(":") ? bare.substring(0, bare.indexOf(':')) : bare;
        return bare.isEmpty()
                ? bare
                : bare.substring(0, 1).toUpperCase(Locale.ROOT) + bare.substring(1);
    }

    private static Kind kind(int status, String type, String message) {
        return switch (type) {
            case "ThrottlingException", "TooManyRequestsException" ->
                    message.contains("per day") ? Kind.QUOTA_EXHAUSTED : Kind.RATE_LIMITED;
            case "ServiceQuotaExceededException" -> Kind.QUOTA_EXHAUSTED;
            case "AccessDeniedException",
                    "UnrecognizedClientException",
                    "ExpiredTokenException",
                    "InvalidSignatureException",
                    "IncompleteSignatureException",
                    "MissingAuthenticationTokenException" ->
                    Kind.CREDENTIALS;
            case "ResourceNotFoundException" -> Kind.MODEL_GONE;
            case "ServiceUnavailableException", "ModelNotReadyException" -> Kind.OVERLOADED;
            case "InternalServerException",
                    "ModelTimeoutException",
                    "ModelStreamErrorException",
                    "ModelErrorException" ->
                    Kind.TRANSIENT;
            case "ValidationException" -> invalid(message);
            default -> ErrorText.kind(status);
        };
    }

    private static Kind invalid(String message) {
        if (message.contains("too long")
                || message.contains("too many input tokens")
                || message.contains("exceed context limit")
                || message.contains("maximum context length")) {
            return Kind.CONTEXT_LENGTH;
        }
        if (message.contains("model identifier is invalid")
                || message.contains("end of its life")) {
            return Kind.MODEL_GONE;
        }
        return message.contains("content filter") ? Kind.CONTENT_POLICY : Kind.CALLER_FAULT;
    }
}
