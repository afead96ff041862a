package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.TeacherConfig;
import dev.distill.files.Json;

/** Turns a text into the request that teacher and student alike are asked. */
final class Prompt {
    private Prompt() {}

    /** The request body for a route of the proxy, in the OpenAI dialect. */
    static ObjectNode request(
            String route, String systemPrompt, String text, TeacherConfig teacher) {
        ObjectNode body =
                Json.object()
                        .put("model", route)
                        .put("temperature", teacher.temperature())
                        .put("max_tokens", teacher.maxTokens());
        if (teacher.topLogprobs() > 0) {
            body.put("logprobs", true).put("top_logprobs", teacher.topLogprobs());
        }
        body.putArray("messages")
                .add(Json.object().put("role", "system").put("content", systemPrompt))
                .add(Json.object().put("role", "user").put("content", text));
        return body;
    }
}
