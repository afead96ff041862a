package dev.distill.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The whole result in one sentence. */
public final class Headline {
    private Headline() {}

    /** The sentence, without a full stop. */
    public static String of(ReportData data) {
        Evaluation evaluation = data.evaluation();
        Comparison comparison = evaluation.comparison();
        List<String> parts = new ArrayList<>();
        parts.add(
                "%s against %s %s"
                        .formatted(
                                Format.percent(comparison.student().accuracy().value()),
                                Format.percent(comparison.teacher().accuracy().value()),
                                Format.metric(comparison)));
        cost(evaluation).ifPresent(parts::add);
        latency(evaluation).ifPresent(parts::add);
        return subject(data) + ": " + String.join(", ", parts);
    }

    /** Who passes, or does not; of a ladder, which of its students. */
    private static String subject(ReportData data) {
        String words = verdict(data.verdict());
        return data.ladder()
                .map(
                        ladder -> {
                            String kind = ladder.rungs().get(ladder.chosen()).kind();
                            return ladder.passed().isPresent()
                                    ? words.replace("The student", "The student of kind " + kind)
                                    : "None of the %d students tried passes, nearest is %s"
                                            .formatted(ladder.rungs().size(), kind);
                        })
                .orElse(words);
    }

    private static String verdict(Verdict verdict) {
        if (verdict.conditions().isEmpty()) {
            return "No gate was configured";
        }
        return switch (verdict.outcome()) {
            case PASS -> "The student passes";
            case FAIL -> "The student does not pass";
            case INCONCLUSIVE -> "There is not enough evidence to pass the student";
        };
    }

    private static Optional<String> cost(Evaluation evaluation) {
        return evaluation
                .costRatio()
                .map(ratio -> Format.comparison(ratio, "cheaper", "dearer"))
                .filter(text -> !text.isEmpty())
                .map(text -> text + tag(evaluation.costRatioProvenance()));
    }

    private static Optional<String> latency(Evaluation evaluation) {
        if (evaluation.studentLatencies().isEmpty()) {
            return Optional.empty();
        }
        Latency student = evaluation.studentLatencies().getFirst();
        String own = "p95 " + Format.millis(student.p95().value()) + tag(student.provenance());
        return Optional.of(
                evaluation
                        .teacherLatency()
                        .map(
                                teacher ->
                                        own
                                                + " against "
                                                + Format.millis(teacher.p95().value())
                                                + tag(teacher.provenance()))
                        .orElse(own));
    }

    /** What follows a simulated figure in running text. */
    static String tag(Provenance provenance) {
        return provenance == Provenance.SIMULATED ? " (simulated)" : "";
    }
}
