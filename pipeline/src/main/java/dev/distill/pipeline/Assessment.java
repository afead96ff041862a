package dev.distill.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.JobConfig;
import dev.distill.datasets.AnswerFormat;
import dev.distill.datasets.Labels;
import dev.distill.datasets.ParquetFile;
import dev.distill.datasets.PredictionRow;
import dev.distill.evaluation.Comparison;
import dev.distill.evaluation.Cost;
import dev.distill.evaluation.Evaluation;
import dev.distill.evaluation.Judged;
import dev.distill.evaluation.Latency;
import dev.distill.evaluation.Provenance;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What the files of an evaluate stage come to; the same files give the same figures. */
final class Assessment {
    private static final long NANO_PER_MICRO = 1000;

    private final RunContext context;
    private final StageOutput output;

    private Assessment(RunContext context, StageOutput output) {
        this.context = context;
        this.output = output;
    }

    static Evaluation of(RunContext context, StageOutput evaluate) {
        return new Assessment(context, evaluate).evaluation();
    }

    private Evaluation evaluation() {
        JobConfig config = context.job().config();
        double confidence = config.evaluate().confidence();
        List<Judged> items =
                ParquetFile.read(output.file(EvaluateStage.PREDICTIONS), PredictionRow.class)
                        .stream()
                        .map(Assessment::judged)
                        .toList();
        JsonNode latency = json(output.file(EvaluateStage.LATENCY));
        List<Latency> student = new ArrayList<>();
        latency.path("student")
                .forEach(sample -> student.add(LatencySample.of(sample).summary(confidence)));
        LatencySample teacher = LatencySample.of(latency.path("teacher"));
        return new Evaluation(
                comparison(items, confidence, config.train().seed()),
                student,
                teacher.millis().isEmpty()
                        ? Optional.empty()
                        : Optional.of(teacher.summary(confidence)),
                teacherCost(output.facts()),
                studentCost(student, config.evaluate().studentUsdPerHour()));
    }

    private Comparison comparison(List<Judged> items, double confidence, long seed) {
        AnswerFormat format = context.job().format();
        return format instanceof Labels labels
                ? Comparison.of(items, labels.names(), confidence, seed)
                : Comparison.exactMatch(
                        items, answer -> format.meaning(answer).isPresent(), confidence, seed);
    }

    /** An answer that is no label is an answer all the same, and a wrong one. */
    private static Judged judged(PredictionRow row) {
        return new Judged(
                row.id(),
                row.text(),
                row.gold(),
                row.teacherLabel().or(row::teacherAnswer),
                Optional.of(row.studentLabel()),
                Optional.of(Math.min(1, row.studentProbability())));
    }

    private static Optional<Cost> teacherCost(JsonNode facts) {
        long answered = facts.path("teacher_answered").asLong();
        if (!facts.path("teacher_cost_known").asBoolean() || answered == 0) {
            return Optional.empty();
        }
        long micro = facts.path("teacher_cost_nano_usd").asLong() / NANO_PER_MICRO;
        return Optional.of(Cost.ofUsage(micro, answered, provenance(facts)));
    }

    /** Whether the figures of a stage rest on a recorded, simulated teacher. */
    static Provenance provenance(JsonNode facts) {
        return facts.path("simulated").asBoolean() ? Provenance.SIMULATED : Provenance.MEASURED;
    }

    private static Optional<Cost> studentCost(List<Latency> latencies, double usdPerHour) {
        return latencies.stream()
                .max(Comparator.comparingDouble(Latency::requestsPerSecond))
                .map(busiest -> Cost.ofMachine(usdPerHour, busiest));
    }

    private static JsonNode json(Path file) {
        try {
            return Json.parse(Files.readString(file));
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }
}
