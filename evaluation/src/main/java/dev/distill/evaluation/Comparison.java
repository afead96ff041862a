package dev.distill.evaluation;

import dev.distill.config.ExitCode;
import dev.distill.config.GateConfig.Metric;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Teacher and student on the same gold items. Everything here rests on the items that both
 * answered.
 *
 * @param metric what a right answer is: the right label, or an answer that matches exactly
 * @param items all items, answered or not
 * @param teacherUnanswered items without an answer of the teacher
 * @param studentUnanswered items without an answer of the student
 * @param teacher the teacher's score
 * @param student the student's score
 * @param table who was right where
 * @param difference student's share of right answers minus teacher's, paired, with Newcombe's
 *     interval
 * @param macroF1Difference student's macro-F1 minus teacher's, paired, with its bootstrap interval;
 *     of labels only
 * @param mcNemarMidP two-sided mid-p value of McNemar's test of equal accuracy
 * @param calibration of the student, if it gives confidences
 * @param bootstrap how the macro-F1 intervals were made
 */
public record Comparison(
        Metric metric,
        List<Judged> items,
        int teacherUnanswered,
        int studentUnanswered,
        Score teacher,
        Score student,
        PairedTable table,
        Estimate difference,
        Optional<Estimate> macroF1Difference,
        double mcNemarMidP,
        Optional<Calibration> calibration,
        Bootstrap bootstrap) {
    public Comparison {
        items = List.copyOf(items);
    }

    /**
     * Compares.
     *
     * @param items all gold items of the evaluation
     * @param labels the task's labels; any other answer is wrong
     * @param confidence level of every interval
     * @param seed makes the bootstrap repeatable
     * @throws dev.distill.config.UserError when no item was answered by both
     */
    public static Comparison of(
            List<Judged> items, List<String> labels, double confidence, long seed) {
        List<Judged> both = answeredByBoth(items);
        List<String> distinct = labels.stream().distinct().toList();
        Answers teacher = answers(both, distinct, Judged::teacher);
        Answers student = answers(both, distinct, Judged::student);
        Bootstrap bootstrap = new Bootstrap(Bootstrap.RESAMPLES, seed);
        Bootstrap.MacroF1 macroF1 = bootstrap.macroF1(teacher, student, confidence);
        PairedTable table = PairedTable.of(both);
        return new Comparison(
                Metric.ACCURACY,
                items,
                (int) items.stream().filter(item -> item.teacher().isEmpty()).count(),
                (int) items.stream().filter(item -> item.student().isEmpty()).count(),
                teacher.score(macroF1.teacher(), confidence),
                student.score(macroF1.student(), confidence),
                table,
                Newcombe.difference(table, confidence),
                Optional.of(macroF1.difference()),
                McNemar.midP(table),
                Calibration.of(both),
                bootstrap);
    }

    /**
     * Compares answers that are not labels: one is right when it equals the gold answer.
     *
     * @param fits whether an answer is one at all, JSON for example; others are counted
     */
    public static Comparison exactMatch(
            List<Judged> items, Predicate<String> fits, double confidence, long seed) {
        List<Judged> both = answeredByBoth(items);
        PairedTable table = PairedTable.of(both);
        return new Comparison(
                Metric.EXACT_MATCH,
                items,
                (int) items.stream().filter(item -> item.teacher().isEmpty()).count(),
                (int) items.stream().filter(item -> item.student().isEmpty()).count(),
                score(both, Judged::teacher, Judged::teacherRight, fits, confidence),
                score(both, Judged::student, Judged::studentRight, fits, confidence),
                table,
                Newcombe.difference(table, confidence),
                Optional.empty(),
                McNemar.midP(table),
                Calibration.of(both),
                new Bootstrap(Bootstrap.RESAMPLES, seed));
    }

    private static Score score(
            List<Judged> items,
            Function<Judged, Optional<String>> answer,
            Predicate<Judged> right,
            Predicate<String> fits,
            double confidence) {
        int hits = (int) items.stream().filter(right).count();
        int misfits =
                (int) items.stream().filter(i -> !fits.test(answer.apply(i).orElseThrow())).count();
        return new Score(
                Wilson.share(hits, items.size(), confidence),
                Optional.empty(),
                misfits,
                List.of(),
                List.of());
    }

    private static List<Judged> answeredByBoth(List<Judged> items) {
        List<Judged> both = items.stream().filter(Judged::answeredByBoth).toList();
        if (both.isEmpty()) {
            throw new UserError(
                    ExitCode.REMOTE_FAILED,
                    Problem.of(
                                    "none of the %d gold items was answered by both teacher and student"
                                            .formatted(items.size()))
                            .withHint("see the failed requests of the query and evaluate stages"));
        }
        return both;
    }

    /** Items that both answered. */
    public int n() {
        return table.n();
    }

    private static Answers answers(
            List<Judged> items, List<String> labels, Function<Judged, Optional<String>> answerOf) {
        Map<String, Integer> numbers = Answers.numbers(labels);
        int[] gold = new int[items.size()];
        int[] given = new int[items.size()];
        for (int i = 0; i < gold.length; i++) {
            Judged item = items.get(i);
            Integer right = numbers.get(item.gold());
            if (right == null) {
                throw new IllegalArgumentException(
                        "gold label of item %s is not a label of the task: %s"
                                .formatted(item.id(), item.gold()));
            }
            gold[i] = right;
            given[i] = numbers.getOrDefault(answerOf.apply(item).orElseThrow(), labels.size());
        }
        return new Answers(labels, gold, given);
    }
}
