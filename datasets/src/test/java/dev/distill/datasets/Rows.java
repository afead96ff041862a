package dev.distill.datasets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.Location;
import dev.distill.files.Json;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Rows for tests. */
final class Rows {
    static final Labels LABELS = Labels.of(List.of("refund", "card", "card_payment"));

    static final Location PLACE = Location.of(Path.of("gold.jsonl"), 1);

    private Rows() {}

    /** A row whose provider sent these {@code logprobs}. */
    static AnswerRow withLogprobs(AnswerRow row, String json) {
        return new AnswerRow(
                row.id(),
                row.text(),
                row.group(),
                row.part(),
                row.requestKey(),
                row.route(),
                row.provider(),
                row.model(),
                row.inputTokens(),
                row.cachedTokens(),
                row.outputTokens(),
                row.reasoningTokens(),
                row.costNanoUsd(),
                row.latencyMillis(),
                row.finishReason(),
                row.answer(),
                row.askedAt(),
                row.simulated(),
                row.label(),
                row.probabilities(),
                row.probabilitySource(),
                row.probabilityMass(),
                TokenLogprob.read(json(json)));
    }

    static JsonNode json(String text) {
        try {
            return Json.parse(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    static AnswerRow answer(String id, String text, Part part, String label) {
        return new AnswerRow(
                id,
                text,
                id,
                part,
                "key-" + id,
                "teacher",
                "acme",
                "acme-large-2",
                40,
                8,
                3,
                0,
                Optional.of(1_250L),
                310,
                "stop",
                label,
                Instant.parse("2026-05-01T12:30:00.123456789Z"),
                true,
                LABELS.ignoringCase(label),
                LABELS.ignoringCase(label).isPresent() ? oneHot(label) : List.of(),
                LABELS.ignoringCase(label).isPresent()
                        ? ProbabilitySource.ONE_HOT
                        : ProbabilitySource.NONE,
                1.0,
                List.of());
    }

    private static List<Double> oneHot(String label) {
        return LABELS.names().stream().map(name -> name.equals(label) ? 1.0 : 0.0).toList();
    }
}
