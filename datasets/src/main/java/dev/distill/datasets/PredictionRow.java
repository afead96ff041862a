package dev.distill.datasets;

import java.util.Optional;

/**
 * What teacher and student said about one gold item.
 *
 * @param gold the right label, or the meaning of the right answer
 * @param teacherAnswer the teacher's answer as it came; absent when there was none, which says
 *     nothing about the teacher
 * @param teacherLabel absent when the teacher's answer could not be parsed, which counts as wrong
 * @param studentLabel what the student's answer means, or the answer where it means nothing
 * @param studentProbability the probability that the student gives its own label
 * @param teacherRequestKey names the teacher's paid answer in the response store; empty when there
 *     is none
 */
public record PredictionRow(
        String id,
        String text,
        String gold,
        Optional<String> teacherAnswer,
        Optional<String> teacherLabel,
        String studentLabel,
        double studentProbability,
        boolean teacherCorrect,
        boolean studentCorrect,
        String teacherRequestKey) {
    public PredictionRow {
        if (teacherCorrect != teacherLabel.filter(gold::equals).isPresent()
                || studentCorrect != studentLabel.equals(gold)) {
            throw new IllegalArgumentException("the flags of " + id + " contradict its labels");
        }
    }

    /** A row whose flags follow from its labels. */
    public static PredictionRow of(
            Request gold,
            Optional<String> teacherAnswer,
            Optional<String> teacherLabel,
            String teacherRequestKey,
            String studentLabel,
            double studentProbability) {
        String right = gold.label().orElseThrow();
        return new PredictionRow(
                gold.id(),
                gold.text(),
                right,
                teacherAnswer,
                teacherLabel,
                studentLabel,
                studentProbability,
                teacherLabel.filter(right::equals).isPresent(),
                studentLabel.equals(right),
                teacherRequestKey);
    }
}
