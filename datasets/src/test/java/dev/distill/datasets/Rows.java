package dev.distill.datasets;

import dev.distill.config.Location;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Rows for tests. */
final class Rows {
    static final Labels LABELS = Labels.of(List.of("refund", "card", "card_payment"));

    static final Location PLACE = Location.of(Path.of("gold.jsonl"), 1);

    private Rows() {}

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
                1.0);
    }

    private static List<Double> oneHot(String label) {
        return LABELS.names().stream().map(name -> name.equals(label) ? 1.0 : 0.0).toList();
    }
}
