package dev.distill.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.datasets.AnswerFormat;
import dev.distill.datasets.AnswerRow;
import dev.distill.datasets.LabelProbabilities;
import dev.distill.datasets.Part;
import dev.distill.datasets.Request;
import dev.distill.datasets.TokenLogprob;
import dev.distill.proxy.Headers;
import java.time.Instant;
import java.util.Optional;

/**
 * The teacher's answer to one request.
 *
 * @param request what was asked
 * @param reply what came back
 * @param parsed what it means; parsing is free and can be done again at any time
 */
record TeacherAnswer(Request request, ChatClient.Reply.Answered reply, LabelProbabilities parsed) {
    static TeacherAnswer of(Request request, ChatClient.Reply.Answered reply, AnswerFormat format) {
        JsonNode choice = choice(reply);
        return new TeacherAnswer(
                request, reply, format.read(text(choice), choice.path("logprobs")));
    }

    /** The answer as it came. */
    String text() {
        return text(choice(reply));
    }

    /** Whether it was paid for earlier, or by another caller's identical request. */
    boolean storeHit() {
        return reply.header(Headers.STORE).equals(Headers.HIT);
    }

    /** What this request cost, as far as that is known; 0 for a store hit. */
    long spentNanoUsd() {
        return money(Headers.COST_USD).orElse(0L);
    }

    /** What the answer cost when it was really asked. */
    Optional<Long> costNanoUsd() {
        return money(Headers.ANSWER_COST_USD);
    }

    /** How long the provider took when it was really asked. */
    long latencyMillis() {
        return Math.round(Double.parseDouble(reply.header(Headers.LATENCY_MILLIS)));
    }

    boolean simulated() {
        return Boolean.parseBoolean(reply.header(Headers.SIMULATED));
    }

    /** All tokens that it took. */
    long tokens() {
        return usage("prompt_tokens") + usage("completion_tokens");
    }

    AnswerRow toRow(Part part, String route) {
        JsonNode usage = reply.body().path("usage");
        return new AnswerRow(
                request.id(),
                request.text(),
                request.groupOrId(),
                part,
                reply.header(Headers.REQUEST_KEY),
                route,
                reply.header(Headers.PROVIDER),
                reply.header(Headers.MODEL),
                usage("prompt_tokens"),
                usage.path("prompt_tokens_details").path("cached_tokens").asLong(),
                usage("completion_tokens"),
                usage.path("completion_tokens_details").path("reasoning_tokens").asLong(),
                costNanoUsd(),
                latencyMillis(),
                choice(reply).path("finish_reason").asText(""),
                text(),
                Instant.parse(reply.header(Headers.ASKED_AT)),
                simulated(),
                parsed.label(),
                parsed.probabilities(),
                parsed.source(),
                parsed.mass(),
                TokenLogprob.read(choice(reply).path("logprobs")));
    }

    private static JsonNode choice(ChatClient.Reply.Answered reply) {
        return reply.body().path("choices").path(0);
    }

    private static String text(JsonNode choice) {
        return choice.path("message").path("content").asText("");
    }

    private long usage(String kind) {
        return reply.body().path("usage").path(kind).asLong();
    }

    private Optional<Long> money(String header) {
        String usd = reply.header(header);
        return usd.equals(Headers.UNKNOWN) ? Optional.empty() : Optional.of(Money.nano(usd));
    }
}
