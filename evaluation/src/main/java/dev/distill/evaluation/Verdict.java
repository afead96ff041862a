package dev.distill.evaluation;

import java.util.List;
import java.util.Optional;

/**
 * What the gate says.
 *
 * @param outcome the worst of the conditions; PASS when there are none
 * @param conditions in the order of the job file
 * @param errorRates how often this gate would be wrong, in words
 */
public record Verdict(Outcome outcome, List<Condition> conditions, String errorRates) {
    public Verdict {
        conditions = List.copyOf(conditions);
    }

    /**
     * One condition of the gate.
     *
     * @param name as in the job file, such as {@code non_inferior.accuracy}
     * @param outcome how it came out
     * @param value the figure measured, if there is one
     * @param interval its interval, if it has one
     * @param n items or requests it rests on, 0 when nothing was measured
     * @param threshold what was asked for
     * @param requirement what was asked for, in words
     * @param reason why it came out so, in words with the numbers
     * @param provenance simulated when it rests on simulated figures
     */
    public record Condition(
            String name,
            Outcome outcome,
            Optional<Double> value,
            Optional<Interval> interval,
            long n,
            double threshold,
            String requirement,
            String reason,
            Provenance provenance) {
        static Condition unknown(String name, double threshold, String requirement, String reason) {
            return new Condition(
                    name,
                    Outcome.INCONCLUSIVE,
                    Optional.empty(),
                    Optional.empty(),
                    0,
                    threshold,
                    requirement,
                    reason,
                    Provenance.MEASURED);
        }

        Condition with(Outcome changed, String why) {
            return new Condition(
                    name, changed, value, interval, n, threshold, requirement, why, provenance);
        }
    }
}
