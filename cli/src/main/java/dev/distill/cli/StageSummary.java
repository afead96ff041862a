package dev.distill.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.pipeline.StageOutput;
import java.util.Locale;

/** A stage's result in a few words, from its facts. */
final class StageSummary {
    private StageSummary() {}

    /** The words, with a separator before them; empty for a stage that has nothing to say. */
    static String of(StageOutput output) {
        JsonNode facts = output.facts();
        String words =
                switch (output.stage()) {
                    case "query" ->
                            "%,d answers%s, %,d calls to the teacher"
                                    .formatted(
                                            facts.path("answered").asLong()
                                                    + facts.path("gold_answered").asLong(),
                                            failed(facts),
                                            output.reused() ? 0 : facts.path("calls").asLong());
                    case "curate" ->
                            "%,d training rows, %,d for validation, %,d rejected"
                                    .formatted(
                                            facts.path("train").asLong(),
                                            facts.path("validation").asLong(),
                                            facts.path("rejected").asLong());
                    case "train" ->
                            String.format(
                                    Locale.ROOT,
                                    "validation accuracy %.1f %%%s",
                                    100 * facts.path("validation_accuracy").asDouble(),
                                    facts.has("best_epoch")
                                            ? " after epoch " + facts.get("best_epoch").asLong()
                                            : "");
                    case "evaluate" -> "%,d gold items".formatted(facts.path("items").asLong());
                    default -> "";
                };
        return words.isEmpty() ? "" : " · " + words;
    }

    private static String failed(JsonNode facts) {
        long failed = facts.path("failed").asLong();
        return failed == 0 ? "" : ", %,d failed (failed.parquet says why)".formatted(failed);
    }
}
