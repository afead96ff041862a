package dev.distill.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.proxy.ScriptedUpstream.Received;

/** How providers of the five dialects say the same {@link Say}, at once or as a stream. */
enum Speech {
    OPENAI_CHAT,
    OPENAI_RESPONSES,
    ANTHROPIC,
    GEMINI,
    BEDROCK;

    /** One dialect. */
    interface Voice {
        /** The body of a whole answer. */
        JsonNode whole(Say say);

        /** The same as a stream. */
        Script streamed(Say say, Received request);

        /** The usage that an answer reports. */
        JsonNode usage(Say say);

        /** The body of an error. */
        JsonNode error(int status, String type, String code, String message);
    }

    /** Answers as the request wants it: as a stream or at once. */
    Script answer(Say say, Received request) {
        return request.streams() ? streamed(say, request) : Script.json(200, voice().whole(say));
    }

    /** Answers as a stream. */
    Script streamed(Say say, Received request) {
        return voice().streamed(say, request);
    }

    /** Refuses; Bedrock names the type in a header. */
    Script refuse(int status, String type, String code, String message, String... headers) {
        JsonNode body = error(status, type, code, message);
        return this == BEDROCK
                ? Script.json(status, body, "x-amzn-errortype", type)
                : Script.json(status, body, headers);
    }

    /** The body of an error. */
    JsonNode error(int status, String type, String code, String message) {
        return voice().error(status, type, code, message);
    }

    private Voice voice() {
        return switch (this) {
            case OPENAI_CHAT -> new ChatSpeech();
            case OPENAI_RESPONSES -> new ResponsesSpeech();
            case ANTHROPIC -> new AnthropicSpeech();
            case GEMINI -> new GeminiSpeech();
            case BEDROCK -> new BedrockSpeech();
        };
    }
}
