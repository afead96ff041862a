package dev.distill.evaluation;

import java.util.Optional;

/**
 * One gold item and what teacher and student said about it.
 *
 * <p>An empty answer means that there was none: a time-out, an outage, a crash. That says nothing
 * about the model, so such an item is counted and shown and is kept out of the comparison. An
 * answer that is not one of the task's labels is an answer, and a wrong one: pass its text.
 *
 * @param id names the item within its data set
 * @param text the request as the models saw it
 * @param gold the right label
 * @param teacher the teacher's answer
 * @param student the student's answer
 * @param studentConfidence the probability the student gave its answer, 0 to 1, if it has one
 */
public record Judged(
        String id,
        String text,
        String gold,
        Optional<String> teacher,
        Optional<String> student,
        Optional<Double> studentConfidence) {
    public Judged {
        studentConfidence.ifPresent(
                p -> {
                    if (!(p >= 0 && p <= 1)) {
                        throw new IllegalArgumentException(
                                "confidence of item " + id + " must be between 0 and 1, got " + p);
                    }
                });
    }

    /** Whether both models answered, so that the item counts. */
    public boolean answeredByBoth() {
        return teacher.isPresent() && student.isPresent();
    }

    /** Whether the teacher answered and was right. */
    public boolean teacherRight() {
        return teacher.isPresent() && teacher.get().equals(gold);
    }

    /** Whether the student answered and was right. */
    public boolean studentRight() {
        return student.isPresent() && student.get().equals(gold);
    }
}
