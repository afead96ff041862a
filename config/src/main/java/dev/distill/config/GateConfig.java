package dev.distill.config;

import java.util.Optional;

/**
 * When the student is good enough to be published; a condition that is not written is not asked.
 */
public record GateConfig(
        @Doc("The student may be this much worse than the teacher, with confidence.")
                Optional<NonInferior> nonInferior,
        @Doc("Of a classification: least share of gold items that the student gets right.")
                @AtLeast(0)
                @AtMost(1)
                Optional<Double> minAccuracy,
        @Doc("Of a generation: least share of gold items that the student answers exactly.")
                @AtLeast(0)
                @AtMost(1)
                Optional<Double> minExactMatch,
        @Doc("Greatest 95th percentile of the student's latency, in milliseconds.") @Above(0)
                Optional<Double> maxP95Ms,
        @Doc("The teacher's price divided by the student's is at least this.") @Above(0)
                Optional<Double> minCostRatio) {
    /** Whether nothing is asked, so that every student passes. */
    public boolean isEmpty() {
        return nonInferior.isEmpty()
                && minAccuracy.isEmpty()
                && minExactMatch.isEmpty()
                && maxP95Ms.isEmpty()
                && minCostRatio.isEmpty();
    }

    /** Non-inferiority on the same items. */
    public record NonInferior(
            @Doc("The metric compared; without one, the task's.") Optional<Metric> metric,
            @Doc("Greatest loss against the teacher that is acceptable.")
                    @Default("0.02")
                    @Above(0)
                    @AtMost(0.5)
                    double margin) {}

    /** Metrics that can be compared item by item. */
    public enum Metric {
        /** Of a classification. */
        ACCURACY,
        /** Of a generation. */
        EXACT_MATCH
    }
}
