package dev.distill.evaluation;

import dev.distill.config.GateConfig;
import dev.distill.evaluation.Verdict.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether a student is good enough.
 *
 * <p>A condition on a sampled figure passes only when its whole confidence interval is on the good
 * side, and fails only when all of it is on the bad side; in between there are too few items to
 * say, and the verdict says how many would do. So a gate does not flip on noise, and its error
 * rates are known: see {@link Verdict#errorRates()}.
 */
public final class Gate {
    /** Above this share of unanswered items nobody knows what was left out, and nothing passes. */
    static final double MAX_UNANSWERED = 0.05;

    static final String NON_INFERIOR = "non_inferior.";

    private Gate() {}

    /** Judges every configured condition; the verdict is the worst of them. */
    public static Verdict decide(GateConfig gate, Evaluation evaluation) {
        List<Condition> conditions = new ArrayList<>();
        gate.nonInferior()
                .ifPresent(c -> conditions.add(nonInferior(c.margin(), evaluation.comparison())));
        gate.minAccuracy()
                .or(gate::minExactMatch)
                .ifPresent(least -> conditions.add(share(least, evaluation.comparison())));
        gate.maxP95Ms().ifPresent(most -> conditions.add(p95(most, evaluation.studentLatencies())));
        gate.minCostRatio().ifPresent(least -> conditions.add(costRatio(least, evaluation)));
        Outcome worst =
                conditions.stream().map(Condition::outcome).reduce(Outcome.PASS, Outcome::worse);
        return new Verdict(worst, conditions, ErrorRates.of(gate, conditions, evaluation));
    }

    private static Condition nonInferior(double margin, Comparison comparison) {
        Estimate difference = comparison.difference();
        Interval interval = difference.interval();
        String limit = Format.points(-margin);
        String seen =
                "student minus teacher is %s, %s interval %s, on %s items: "
                        .formatted(
                                Format.points(difference.value()),
                                Format.level(interval.confidence()),
                                Format.range(interval, Format::points),
                                Format.count(difference.n()));
        Outcome outcome;
        String reason;
        if (interval.low() > -margin) {
            outcome = Outcome.PASS;
            reason = seen + "all of it is above " + limit;
        } else if (interval.high() < -margin) {
            outcome = Outcome.FAIL;
            reason = seen + "all of it is below " + limit;
        } else {
            outcome = Outcome.INCONCLUSIVE;
            reason = seen + limit + " is inside it; " + itemsForMargin(comparison, margin);
        }
        return answered(
                comparison,
                new Condition(
                        NON_INFERIOR + Format.key(comparison),
                        outcome,
                        Optional.of(difference.value()),
                        Optional.of(interval),
                        difference.n(),
                        -margin,
                        "%s at most %s below the teacher's"
                                .formatted(
                                        Format.metric(comparison),
                                        Format.points(margin).substring(1)),
                        reason,
                        Provenance.MEASURED));
    }

    private static String itemsForMargin(Comparison comparison, double margin) {
        int n = comparison.n();
        // With no discordant item seen, take one: the true rate is small, not zero.
        double rate = Math.max(comparison.table().discordantRate(), 1.0 / n);
        double confidence = comparison.difference().interval().confidence();
        double asGood = SampleSize.paired(rate, 0, margin, confidence);
        if (asGood > n) {
            return "about %s items would show a student that is as good as the teacher to be within the margin (%s of items have exactly one right)"
                    .formatted(Format.about(asGood), Format.percent(rate));
        }
        double difference = comparison.difference().value();
        return sizeOrTooClose(SampleSize.paired(rate, difference, margin, confidence));
    }

    private static Condition share(double least, Comparison comparison) {
        Estimate accuracy = comparison.student().accuracy();
        String metric = Format.metric(comparison);
        Interval interval = accuracy.interval();
        String limit = Format.percent(least);
        String seen =
                "%s is %s, %s interval %s, on %s items: "
                        .formatted(
                                metric,
                                Format.percent(accuracy.value()),
                                Format.level(interval.confidence()),
                                Format.range(interval, Format::percent),
                                Format.count(accuracy.n()));
        Outcome outcome;
        String reason;
        if (interval.low() >= least) {
            outcome = Outcome.PASS;
            reason = seen + "none of it is below " + limit;
        } else if (interval.high() < least) {
            outcome = Outcome.FAIL;
            reason = seen + "all of it is below " + limit;
        } else {
            outcome = Outcome.INCONCLUSIVE;
            reason =
                    seen
                            + limit
                            + " is inside it; "
                            + sizeOrTooClose(
                                    SampleSize.share(
                                            accuracy.value(), least, interval.confidence()));
        }
        return answered(
                comparison,
                new Condition(
                        "min_" + Format.key(comparison),
                        outcome,
                        Optional.of(accuracy.value()),
                        Optional.of(interval),
                        accuracy.n(),
                        least,
                        metric + " at least " + limit,
                        reason,
                        Provenance.MEASURED));
    }

    private static String sizeOrTooClose(double items) {
        return items < 1_000_000
                ? "about %s items would decide it if the true figure is the one seen"
                        .formatted(Format.about(items))
                : "the figure is so close to the limit that more items would hardly decide it";
    }

    /** Takes a pass back when too much is missing. */
    private static Condition answered(Comparison comparison, Condition condition) {
        double missing = 1 - (double) comparison.n() / comparison.items().size();
        if (condition.outcome() != Outcome.PASS || missing <= MAX_UNANSWERED) {
            return condition;
        }
        return condition.with(
                Outcome.INCONCLUSIVE,
                "%s; but %s of %s items lack an answer, and with more than %s missing nothing passes"
                        .formatted(
                                condition.reason(),
                                Format.percent(missing),
                                Format.count(comparison.items().size()),
                                Format.percent(MAX_UNANSWERED)));
    }

    private static Condition p95(double most, List<Latency> latencies) {
        String requirement = "latency p95 at most " + Format.millis(most);
        if (latencies.isEmpty()) {
            return Condition.unknown(
                    "max_p95_ms", most, requirement, "the student's latency was not measured");
        }
        Latency latency = latencies.getFirst();
        Interval interval = latency.p95().interval();
        String limit = Format.millis(most);
        String seen =
                "latency p95 is %s, %s interval %s, on %s requests with %s: "
                        .formatted(
                                Format.millis(latency.p95().value()),
                                Format.level(interval.confidence()),
                                Format.range(interval, Format::millis),
                                Format.count(latency.n()),
                                Prose.callers(latency.concurrency()));
        Outcome outcome;
        String reason;
        if (interval.low() > most) {
            outcome = Outcome.FAIL;
            reason = seen + "all of it is above " + limit;
        } else if (latency.failures() > MAX_UNANSWERED * (latency.n() + latency.failures())) {
            outcome = Outcome.INCONCLUSIVE;
            reason = seen + Format.count(latency.failures()) + " more requests failed";
        } else if (interval.high() <= most) {
            outcome = Outcome.PASS;
            reason = seen + "none of it is above " + limit;
        } else {
            outcome = Outcome.INCONCLUSIVE;
            reason = seen + limit + " is inside it; more requests would narrow it";
        }
        return new Condition(
                "max_p95_ms",
                outcome,
                Optional.of(latency.p95().value()),
                Optional.of(interval),
                latency.n(),
                most,
                requirement,
                reason,
                latency.provenance());
    }

    private static Condition costRatio(double least, Evaluation evaluation) {
        String requirement = "at least %s cheaper than the teacher".formatted(Format.times(least));
        Optional<Double> ratio = evaluation.costRatio();
        if (ratio.isEmpty()) {
            return Condition.unknown(
                    "min_cost_ratio",
                    least,
                    requirement,
                    "the cost of the teacher or of the student is not known");
        }
        Cost teacher = evaluation.teacherCost().orElseThrow();
        Cost student = evaluation.studentCost().orElseThrow();
        return new Condition(
                "min_cost_ratio",
                ratio.get() >= least ? Outcome.PASS : Outcome.FAIL,
                ratio,
                Optional.empty(),
                Math.min(teacher.requests(), student.requests()),
                least,
                requirement,
                "1,000 requests cost %s with the teacher (%s requests) and %s with the student (%s requests): %s"
                        .formatted(
                                Format.usd(teacher.usdPerThousand()),
                                Format.count(teacher.requests()),
                                Format.usd(student.usdPerThousand()),
                                Format.count(student.requests()),
                                Format.times(ratio.get())),
                evaluation.costRatioProvenance());
    }
}
