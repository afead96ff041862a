package dev.distill.datasets;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Answers on their way through the steps of a curation. */
final class Sieve {
    /** Probabilities are sums of a few rounded doubles. */
    private static final double TOLERANCE = 1e-6;

    private List<AnswerRow> kept;
    private final List<RejectedRow> rejected = new ArrayList<>();
    private final List<Curation.Step> funnel = new ArrayList<>();

    Sieve(List<AnswerRow> answers) {
        this.kept = answers;
    }

    /** Rejects the rows for which there is a reason. */
    void step(String name, Function<AnswerRow, Optional<String>> judge) {
        List<AnswerRow> passed = new ArrayList<>();
        int before = rejected.size();
        for (AnswerRow row : kept) {
            Optional<String> reason = judge.apply(row);
            if (reason.isEmpty()) {
                passed.add(row);
            } else {
                rejected.add(
                        new RejectedRow(
                                row.id(),
                                row.text(),
                                name,
                                reason.get(),
                                Optional.of(row.answer())));
            }
        }
        funnel.add(new Curation.Step(name, kept.size(), rejected.size() - before));
        kept = passed;
    }

    void rejectTextsOf(Collection<String> goldTexts) {
        Set<String> gold = goldTexts.stream().map(NormalText::of).collect(Collectors.toSet());
        step(
                "gold_overlap",
                row ->
                        gold.contains(NormalText.of(row.text()))
                                ? Optional.of("text is also a gold item")
                                : Optional.empty());
    }

    /** The training row goes, so that a validation row is never learnt. */
    void rejectLeaks() {
        Map<String, AnswerRow> validation = new HashMap<>();
        part(Part.VALIDATION)
                .forEach(row -> validation.putIfAbsent(NormalText.of(row.text()), row));
        step(
                "leak",
                row ->
                        row.part() == Part.TRAIN
                                ? sameText(
                                        row,
                                        validation.get(NormalText.of(row.text())),
                                        "validation row")
                                : Optional.empty());
    }

    /** The first row of a text stays. */
    void rejectDuplicates() {
        Map<String, AnswerRow> first = new HashMap<>();
        step(
                "duplicate",
                row -> sameText(row, first.putIfAbsent(NormalText.of(row.text()), row), "row"));
    }

    Curation result() {
        return new Curation(part(Part.TRAIN), part(Part.VALIDATION), rejected, funnel);
    }

    /** What is wrong with a row by itself. */
    static Optional<String> schemaProblem(AnswerRow row, AnswerFormat format) {
        if (row.text().isBlank()) {
            return Optional.of("text is empty");
        }
        if (!row.finishReason().equals("stop")) {
            return Optional.of("finish reason is " + row.finishReason() + ", not stop");
        }
        if (row.label().isEmpty()) {
            return Optional.of(format.complaint());
        }
        return format instanceof Labels labels ? labelProblem(row, labels) : Optional.empty();
    }

    private static Optional<String> labelProblem(AnswerRow row, Labels labels) {
        if (labels.indexOf(row.label().orElseThrow()).isEmpty()) {
            return Optional.of(labels.complaint());
        }
        if (row.probabilities().size() != labels.size()) {
            return Optional.of(
                    "expected %d probabilities, got %d"
                            .formatted(labels.size(), row.probabilities().size()));
        }
        double sum = row.probabilities().stream().mapToDouble(p -> p >= 0 ? p : Double.NaN).sum();
        return Math.abs(sum - 1) <= TOLERANCE
                ? Optional.empty()
                : Optional.of("probabilities do not add up to 1");
    }

    private List<AnswerRow> part(Part part) {
        return kept.stream().filter(row -> row.part() == part).toList();
    }

    private static Optional<String> sameText(
            AnswerRow row, @Nullable AnswerRow other, String kind) {
        if (other == null) {
            return Optional.empty();
        }
        String reason = "same text as " + kind + " " + other.id();
        return Optional.of(
                other.label().equals(row.label())
                        ? reason
                        : reason
                                + ", but answered with %s there and %s here"
                                        .formatted(
                                                other.label().orElse(""), row.label().orElse("")));
    }
}
