package dev.distill.evaluation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.evaluation.Verdict.Condition;
import dev.distill.files.Json;
import org.jspecify.annotations.Nullable;

/**
 * {@code results.json}: every figure of a report, for machines. Fields keep their order and meaning
 * within a {@code format}.
 *
 * <ul>
 *   <li>{@code format} 1; {@code job}, {@code run}, {@code headline}
 *   <li>{@code verdict}: {@code outcome} (PASS, FAIL, INCONCLUSIVE), {@code exit_code}, {@code
 *       error_rates}, {@code conditions[]} with {@code name, outcome, value, interval, n,
 *       threshold, reason, simulated}
 *   <li>{@code items}: {@code total, compared, teacher_unanswered, student_unanswered}
 *   <li>{@code metric}: accuracy of labels, or exact_match of other answers
 *   <li>{@code student}, {@code teacher}: a member named as the metric, {@code off_list}; of labels
 *       also {@code macro_f1, labels[]}
 *   <li>{@code difference}, {@code macro_f1_difference} (student minus teacher), {@code table},
 *       {@code mcnemar_mid_p}, {@code bootstrap}
 *   <li>{@code calibration}: {@code ece, bins, n}, or null
 *   <li>{@code latency}: {@code student[]} and {@code teacher} (or null), in milliseconds; {@code
 *       cost}: US dollars for 1,000 requests, either may be null; {@code cost_ratio}: {@code value,
 *       simulated}, or null
 *   <li>{@code ladder[]}, where several students were tried: {@code kind, outcome, chosen, front,
 *       training_seconds, parameters, bytes, latency, cost} and a member named as the metric
 *   <li>{@code reproduce}: {@code command, date, machine, versions, seeds, stages[]}
 * </ul>
 *
 * An estimate is {@code {value, low, high, confidence, n}}; a limit that the data do not give is
 * null.
 */
final class ResultsJson {
    private ResultsJson() {}

    static ObjectNode of(ReportData data) {
        Evaluation evaluation = data.evaluation();
        Comparison comparison = evaluation.comparison();
        ObjectNode root = Json.object();
        root.put("format", 1);
        root.put("job", data.run().job());
        root.put("run", data.run().id());
        root.put("headline", Headline.of(data));
        root.set("verdict", verdict(data.verdict()));
        root.set(
                "items",
                Json.object()
                        .put("total", comparison.items().size())
                        .put("compared", comparison.n())
                        .put("teacher_unanswered", comparison.teacherUnanswered())
                        .put("student_unanswered", comparison.studentUnanswered()));
        root.put("metric", Format.key(comparison));
        root.set("student", score(comparison, comparison.student()));
        root.set("teacher", score(comparison, comparison.teacher()));
        root.set("difference", estimate(comparison.difference()));
        comparison
                .macroF1Difference()
                .ifPresent(difference -> root.set("macro_f1_difference", estimate(difference)));
        root.set("table", table(comparison.table()));
        root.put("mcnemar_mid_p", comparison.mcNemarMidP());
        root.set(
                "bootstrap",
                Json.object()
                        .put("resamples", comparison.bootstrap().resamples())
                        .put("seed", comparison.bootstrap().seed()));
        root.set(
                "calibration", comparison.calibration().map(ResultsJson::calibration).orElse(null));
        ArrayNode student = Json.array();
        evaluation.studentLatencies().forEach(latency -> student.add(latency(latency)));
        ObjectNode latency = root.putObject("latency");
        latency.set("student", student);
        latency.set("teacher", evaluation.teacherLatency().map(ResultsJson::latency).orElse(null));
        ObjectNode cost = root.putObject("cost");
        cost.set("student", evaluation.studentCost().map(ResultsJson::cost).orElse(null));
        cost.set("teacher", evaluation.teacherCost().map(ResultsJson::cost).orElse(null));
        root.set(
                "cost_ratio",
                evaluation.costRatio().map(ratio -> costRatio(ratio, evaluation)).orElse(null));
        data.ladder().ifPresent(ladder -> root.set("ladder", ladder(ladder)));
        root.set("reproduce", reproduce(data.run()));
        return root;
    }

    private static ArrayNode ladder(Ladder ladder) {
        ArrayNode rungs = Json.array();
        for (int place = 0; place < ladder.rungs().size(); place++) {
            Ladder.Rung rung = ladder.rungs().get(place);
            ObjectNode node = rungs.addObject();
            node.put("kind", rung.kind());
            node.put("outcome", rung.verdict().outcome().name());
            node.put("chosen", place == ladder.chosen());
            node.put("front", ladder.onFront(place));
            node.put("training_seconds", rung.trainingSeconds());
            node.put("parameters", rung.student().parameters().orElse(null));
            node.put("bytes", rung.student().bytes().orElse(null));
            node.set(Format.key(rung.evaluation().comparison()), estimate(rung.accuracy()));
            node.set("latency", rung.latency().map(ResultsJson::latency).orElse(null));
            node.set("cost", rung.evaluation().studentCost().map(ResultsJson::cost).orElse(null));
        }
        return rungs;
    }

    private static ObjectNode reproduce(ReportData.Run run) {
        ObjectNode node = Json.object();
        node.put("command", run.command());
        node.put("date", run.date());
        node.put("machine", run.machine());
        ObjectNode versions = node.putObject("versions");
        run.versions().forEach(versions::put);
        ObjectNode seeds = node.putObject("seeds");
        run.seeds().forEach(seeds::put);
        ArrayNode stages = node.putArray("stages");
        for (ReportData.Stage stage : run.stages()) {
            stages.addObject()
                    .put("name", stage.name())
                    .put("key", stage.key())
                    .put("output", stage.output())
                    .put("reused", stage.origin() == ReportData.Origin.REUSED)
                    .put("seconds", stage.seconds());
        }
        return node;
    }

    private static ObjectNode verdict(Verdict verdict) {
        ObjectNode node = Json.object();
        node.put("outcome", verdict.outcome().name());
        node.put("exit_code", verdict.outcome().exitCode().code());
        node.put("error_rates", verdict.errorRates());
        ArrayNode conditions = node.putArray("conditions");
        for (Condition condition : verdict.conditions()) {
            ObjectNode one = conditions.addObject();
            one.put("name", condition.name());
            one.put("outcome", condition.outcome().name());
            one.put("value", condition.value().orElse(null));
            one.set("interval", condition.interval().map(ResultsJson::interval).orElse(null));
            one.put("n", condition.n());
            one.put("threshold", condition.threshold());
            one.put("reason", condition.reason());
            one.put("simulated", condition.provenance() == Provenance.SIMULATED);
        }
        return node;
    }

    private static ObjectNode score(Comparison comparison, Score score) {
        ObjectNode node = Json.object();
        node.set(Format.key(comparison), estimate(score.accuracy()));
        score.macroF1().ifPresent(macroF1 -> node.set("macro_f1", estimate(macroF1)));
        node.put("off_list", score.offList());
        if (score.macroF1().isEmpty()) {
            return node;
        }
        ArrayNode labels = node.putArray("labels");
        for (LabelScore label : score.labels()) {
            labels.addObject()
                    .put("label", label.label())
                    .put("support", label.support())
                    .put("predicted", label.predicted())
                    .put("hits", label.hits())
                    .put("precision", label.precision())
                    .put("recall", label.recall())
                    .put("f1", label.f1());
        }
        return node;
    }

    private static ObjectNode table(PairedTable table) {
        return Json.object()
                .put("both_right", table.bothRight())
                .put("only_teacher_right", table.onlyTeacher())
                .put("only_student_right", table.onlyStudent())
                .put("both_wrong", table.bothWrong());
    }

    private static ObjectNode calibration(Calibration calibration) {
        return Json.object()
                .put("ece", calibration.expectedError())
                .put("bins", Calibration.BINS)
                .put("n", calibration.n());
    }

    private static ObjectNode latency(Latency latency) {
        ObjectNode node = Json.object();
        node.put("concurrency", latency.concurrency());
        node.put("simulated", latency.provenance() == Provenance.SIMULATED);
        node.put("n", latency.n());
        node.put("failures", latency.failures());
        node.set("p50_ms", estimate(latency.p50()));
        node.set("p95_ms", estimate(latency.p95()));
        node.set("p99_ms", estimate(latency.p99()));
        node.put("requests_per_second", latency.requestsPerSecond());
        return node;
    }

    private static ObjectNode cost(Cost cost) {
        return Json.object()
                .put("usd_per_thousand", cost.usdPerThousand())
                .put("simulated", cost.provenance() == Provenance.SIMULATED)
                .put("n", cost.requests())
                .put("basis", cost.basis());
    }

    private static ObjectNode costRatio(double ratio, Evaluation evaluation) {
        return Json.object()
                .put("value", ratio)
                .put("simulated", evaluation.costRatioProvenance() == Provenance.SIMULATED);
    }

    private static ObjectNode estimate(Estimate estimate) {
        ObjectNode node = Json.object();
        node.put("value", estimate.value());
        node.setAll(interval(estimate.interval()));
        node.put("n", estimate.n());
        return node;
    }

    private static ObjectNode interval(Interval interval) {
        ObjectNode node = Json.object();
        node.put("low", finite(interval.low()));
        node.put("high", finite(interval.high()));
        node.put("confidence", interval.confidence());
        return node;
    }

    private static @Nullable Double finite(double limit) {
        return Double.isFinite(limit) ? limit : null;
    }
}
