package dev.distill.evaluation;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Everything that was found out about teacher and student.
 *
 * @param comparison answers on the same items
 * @param studentLatencies one measurement for each concurrency; the gate looks at the first
 * @param teacherLatency the teacher's, if it was asked and not only read from the store
 * @param teacherCost the teacher's, if its price is known
 * @param studentCost the student's, if its throughput was measured
 */
public record Evaluation(
        Comparison comparison,
        List<Latency> studentLatencies,
        Optional<Latency> teacherLatency,
        Optional<Cost> teacherCost,
        Optional<Cost> studentCost) {
    public Evaluation {
        studentLatencies = List.copyOf(studentLatencies);
    }

    /** How many times the student's price goes into the teacher's. */
    public Optional<Double> costRatio() {
        return teacherCost.flatMap(
                teacher ->
                        studentCost
                                .filter(student -> student.usdPerThousand() > 0)
                                .map(
                                        student ->
                                                teacher.usdPerThousand()
                                                        / student.usdPerThousand()));
    }

    /** Simulated when the cost of either is. */
    Provenance costRatioProvenance() {
        return Stream.of(teacherCost, studentCost)
                .flatMap(Optional::stream)
                .map(Cost::provenance)
                .reduce(Provenance.MEASURED, Provenance::and);
    }
}
