package dev.distill.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.datasets.AnswerFormat;

/**
 * What a student said to a gold item.
 *
 * @param answer what it means to the task; one that means nothing stands for itself, and is wrong
 * @param probability of the whole answer, of all of its tokens; a label is one token
 */
record Said(String answer, double probability) {
    /** Reads a chat completion. */
    static Said of(JsonNode completion, AnswerFormat format) {
        JsonNode choice = completion.path("choices").path(0);
        String text = choice.path("message").path("content").asText();
        double logarithm = 0;
        for (JsonNode token : choice.path("logprobs").path("content")) {
            logarithm += token.path("logprob").asDouble();
        }
        return new Said(format.meaning(text).orElse(text), Math.exp(logarithm));
    }

    /** What a student is asked: the teacher's own request, and how sure it is. */
    static ObjectNode question(Job job, String route, String text) {
        return Prompt.request(route, job.systemPrompt(), text, job.config().teacher())
                .put("logprobs", true)
                .put("top_logprobs", 0);
    }
}
