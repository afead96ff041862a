package dev.distill.datasets;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * A teacher's answer to a request, with everything that says where it came from and what it cost.
 *
 * @param id of the request
 * @param text of the request
 * @param group of the request, or its id
 * @param part what the row is for
 * @param requestKey names the paid answer in the response store
 * @param route what was asked for
 * @param provider who really answered
 * @param model the model that really answered
 * @param inputTokens all tokens of the request, cached ones included
 * @param cachedTokens the input tokens read from the provider's cache
 * @param outputTokens all tokens of the answer, reasoning included
 * @param reasoningTokens the output tokens spent on reasoning
 * @param costNanoUsd billionths of a US dollar; absent when the price is unknown
 * @param latencyMillis from the request to the end of the answer
 * @param finishReason why the model stopped, in the words of the chat completions dialect
 * @param answer the answer as it came
 * @param askedAt kept to the microsecond
 * @param simulated whether the answer is a recording rather than a live call
 * @param label what the answer means ({@link AnswerFormat#meaning}); absent when it does not fit
 *     the task
 * @param probabilities one for each label in the order of the labels, or empty
 * @param probabilitySource where the probabilities come from
 * @param probabilityMass the share of the probabilities that was really seen, from 0 to 1; the rest
 *     is spread evenly over the labels
 * @param logprobs the tokens of the answer with the likeliest ones beside them, in order; empty
 *     where the teacher was not asked for them or did not tell
 */
public record AnswerRow(
        String id,
        String text,
        String group,
        Part part,
        String requestKey,
        String route,
        String provider,
        String model,
        long inputTokens,
        long cachedTokens,
        long outputTokens,
        long reasoningTokens,
        Optional<Long> costNanoUsd,
        long latencyMillis,
        String finishReason,
        String answer,
        Instant askedAt,
        boolean simulated,
        Optional<String> label,
        List<Double> probabilities,
        ProbabilitySource probabilitySource,
        double probabilityMass,
        List<TokenLogprob> logprobs) {
    public AnswerRow {
        askedAt = askedAt.truncatedTo(ChronoUnit.MICROS);
        probabilities = List.copyOf(probabilities);
        logprobs = List.copyOf(logprobs);
    }
}
