package dev.distill.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.JobConfig;
import dev.distill.config.StudentConfig;
import dev.distill.evaluation.Ladder;
import dev.distill.evaluation.ReportData;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns the outputs of a run's stages into the data of its report. */
final class Reporting {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);
    private static final long NANO_PER_MICRO = 1000;

    private final RunContext context;
    private final Stages stages;

    Reporting(RunContext context, Stages stages) {
        this.context = context;
        this.stages = stages;
    }

    /** Everything that the report shows; the same outputs give the same figures. */
    ReportData data(String runId, Instant now) {
        Ladder ladder = stages.ladder();
        Ladder.Rung chosen = ladder.rungs().get(ladder.chosen());
        return new ReportData(
                run(runId, now),
                teacher(),
                chosen.student(),
                chosen.evaluation(),
                chosen.verdict(),
                config().student().kind() == StudentConfig.Kind.AUTO
                        ? Optional.of(ladder)
                        : Optional.empty(),
                TrainStage.metrics(stages.output(TrainStage.NAME)).map(this::training),
                funnel());
    }

    private JobConfig config() {
        return context.job().config();
    }

    private ReportData.Model teacher() {
        List<String> models = new ArrayList<>();
        JsonNode facts = stages.output(QueryStage.NAME).facts();
        facts.path("models").forEach(model -> models.add(model.asText()));
        String kind =
                facts.path("simulated").asBoolean()
                        ? "recorded answers, simulated"
                        : "reached through the proxy's route " + config().teacher().route();
        return new ReportData.Model(
                String.join(", ", models), kind, Optional.empty(), Optional.empty());
    }

    private ReportData.Training training(Path metrics) {
        StageOutput train = stages.output(TrainStage.NAME);
        List<ReportData.Step> steps = new ArrayList<>();
        List<ReportData.Epoch> epochs = new ArrayList<>();
        for (JsonNode line : jsonLines(metrics)) {
            int step = line.path("step").asInt();
            if (line.has("epoch")) {
                epochs.add(
                        new ReportData.Epoch(
                                line.path("epoch").asInt(),
                                step,
                                line.path("validation_accuracy").asDouble()));
            } else {
                steps.add(new ReportData.Step(step, line.path("loss").asDouble()));
            }
        }
        List<ReportData.Piece> firstRow = new ArrayList<>();
        for (JsonNode piece : train.facts().path("first_row")) {
            firstRow.add(
                    new ReportData.Piece(
                            piece.path("text").asText(), piece.path("learned").asBoolean()));
        }
        return new ReportData.Training(
                steps, epochs, train.facts().path("best_epoch").asInt(), firstRow);
    }

    /** Requests to training rows, with what the answers cost that got so far. */
    private ReportData.Funnel funnel() {
        StageOutput query = stages.output(QueryStage.NAME);
        JsonNode asked = query.facts();
        JsonNode curated = stages.output(CurateStage.NAME).facts();
        long cost = asked.path("cost_nano_usd").asLong();
        long train = curated.path("train_cost_nano_usd").asLong();
        long validation = curated.path("validation_cost_nano_usd").asLong();
        List<ReportData.Level> levels =
                List.of(
                        level("requests", asked.path("requests"), cost, unpriced(asked)),
                        level("answered", asked.path("answered"), cost, failed(asked)),
                        level(
                                "parsed",
                                asked.path("parsed"),
                                asked.path("parsed_cost_nano_usd").asLong(),
                                parsed()),
                        new ReportData.Level(
                                "kept",
                                curated.path("train").asLong()
                                        + curated.path("validation").asLong(),
                                (train + validation) / NANO_PER_MICRO,
                                rejections(curated)),
                        level("for training", curated.path("train"), train, ""),
                        level("for validation", curated.path("validation"), validation, ""));
        return new ReportData.Funnel(
                levels, hits(query), spent(query), Assessment.provenance(asked));
    }

    private String parsed() {
        return "of the others: " + context.job().format().complaint();
    }

    private static ReportData.Level level(String name, JsonNode rows, long nano, String note) {
        return new ReportData.Level(name, rows.asLong(), nano / NANO_PER_MICRO, note);
    }

    private static String unpriced(JsonNode facts) {
        return facts.path("cost_known").asBoolean()
                ? ""
                : "some prices are unknown and not counted";
    }

    private static String failed(JsonNode facts) {
        long failed = facts.path("requests").asLong() - facts.path("answered").asLong();
        return failed == 0 ? "" : failed + " failed; the next run asks them again";
    }

    private static String rejections(JsonNode curated) {
        List<String> reasons = new ArrayList<>();
        curated.path("steps")
                .forEach(
                        step -> {
                            long rejected = step.path("rejected").asLong();
                            if (rejected > 0) {
                                reasons.add(
                                        step.path("name").asText().replace('_', ' ')
                                                + " "
                                                + rejected);
                            }
                        });
        return reasons.isEmpty() ? "" : "rejected: " + String.join(", ", reasons);
    }

    /** Answers that this run did not pay for. */
    private static long hits(StageOutput output) {
        JsonNode facts = output.facts();
        long answered = facts.path("answered").asLong() + facts.path("gold_answered").asLong();
        return output.reused() ? answered : answered - facts.path("calls").asLong();
    }

    private static long spent(StageOutput output) {
        return output.reused()
                ? 0
                : output.facts().path("spent_nano_usd").asLong() / NANO_PER_MICRO;
    }

    private ReportData.Run run(String runId, Instant now) {
        List<ReportData.Stage> ran =
                stages.outputs().stream()
                        .map(
                                o ->
                                        new ReportData.Stage(
                                                o.title(),
                                                o.key().hex(),
                                                o.content().hex(),
                                                o.seconds(),
                                                o.reused()
                                                        ? ReportData.Origin.REUSED
                                                        : ReportData.Origin.RAN))
                        .toList();
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("distill", Machine.version());
        versions.put("Java", Runtime.version().toString());
        JsonNode libtorch = stages.output(TrainStage.NAME).facts().path("libtorch");
        if (!libtorch.isMissingNode()) {
            versions.put("libtorch", libtorch.asText());
        }
        return new ReportData.Run(
                config().name(),
                runId,
                DATE.format(now),
                "./distill run " + context.job().file().file(),
                stages.output(EvaluateStage.NAME).facts().path("machine").asText(),
                ran,
                versions,
                seeds());
    }

    private Map<String, Long> seeds() {
        Map<String, Long> seeds = new LinkedHashMap<>();
        seeds.put("data.split.seed", config().data().split().seed());
        seeds.put("train.seed", config().train().seed());
        return seeds;
    }

    private static List<JsonNode> jsonLines(Path file) {
        try {
            List<JsonNode> nodes = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                nodes.add(Json.parse(line));
            }
            return nodes;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(file + " is our own and yet not JSON", e);
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }
}
