package dev.distill.evaluation;

import dev.distill.config.GateConfig;
import dev.distill.evaluation.Verdict.Condition;
import java.util.List;

/**
 * How often a gate is wrong, in words.
 *
 * <p>Passing needs every condition to pass (an intersection-union test: R. L. Berger, Technometrics
 * 24, 1982, 295-300), so a student that misses any one of them passes no more often than that one
 * condition errs. Failing needs only one, so false failures add up.
 */
final class ErrorRates {
    private ErrorRates() {}

    static String of(GateConfig gate, List<Condition> conditions, Evaluation evaluation) {
        if (conditions.isEmpty()) {
            return "no gate was configured";
        }
        long sampled = conditions.stream().filter(c -> c.interval().isPresent()).count();
        if (sampled == 0) {
            return "no condition rests on a sample, so chance has no part in this verdict";
        }
        Comparison comparison = evaluation.comparison();
        double confidence = comparison.difference().interval().confidence();
        double tail = (1 - confidence) / 2;
        String rates =
                "a student that misses a sampled condition passes this gate with a chance of at most about %s (nominal level of the %s intervals); one that meets all of them fails it with at most about %s"
                        .formatted(
                                Format.percent(tail),
                                Format.level(confidence),
                                Format.percent(sampled * tail));
        return gate.nonInferior()
                .map(condition -> rates + "; " + power(condition.margin(), comparison))
                .orElse(rates);
    }

    private static String power(double margin, Comparison comparison) {
        double confidence = comparison.difference().interval().confidence();
        double power =
                SampleSize.power(
                        comparison.table().discordantRate(), margin, confidence, comparison.n());
        return "one exactly as good as the teacher passes non_inferior on this many items about %s of the time"
                .formatted(Format.percent(power));
    }
}
