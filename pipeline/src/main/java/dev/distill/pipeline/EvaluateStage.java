package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.EvaluateConfig;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.ProxyConfig;
import dev.distill.config.UserError;
import dev.distill.datasets.LabelProbabilities;
import dev.distill.datasets.ParquetFile;
import dev.distill.datasets.PredictionRow;
import dev.distill.datasets.RejectedRow;
import dev.distill.datasets.Request;
import dev.distill.evaluation.Provenance;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import dev.distill.proxy.Headers;
import dev.distill.proxy.LocalRoute;
import dev.distill.serving.StudentProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Lets teacher and student answer the same gold items over the same HTTP path, and measures the
 * student. The student is loaded from the exported package: what is evaluated is what is published.
 *
 * <p>Output: {@code predictions.parquet} ({@link PredictionRow}), {@code failed.parquet} (gold
 * items that the teacher did not answer) and {@code latency.json}. What follows from these, the
 * statistics and the gate, is computed anew for each report.
 */
final class EvaluateStage implements Stage {
    static final String NAME = "evaluate";
    static final String PREDICTIONS = "predictions.parquet";
    static final String LATENCY = "latency.json";
    private static final String STUDENT_ROUTE = "student";

    private final RunContext context;
    private final Job job;
    private final StageOutput train;

    EvaluateStage(RunContext context, StageOutput train) {
        this.context = context;
        this.job = context.job();
        this.train = train;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ObjectNode inputs() {
        EvaluateConfig.Latency latency = job.config().evaluate().latency();
        ObjectNode inputs =
                Json.object()
                        .put("code", 1)
                        .put(
                                "weights",
                                train.digestOf(TrainStage.MODEL + "/model.safetensors").hex())
                        .put("config", train.digestOf(TrainStage.MODEL + "/config.json").hex())
                        .put("gold", QueryStage.digest(job.gold()).hex())
                        .put("latency_requests", latency.requests());
        latency.concurrency().forEach(inputs.putArray("concurrency")::add);
        inputs.set("teacher", QueryStage.teacherInputs(job));
        return inputs;
    }

    @Override
    public boolean complete(StageOutput output) {
        return output.facts().path("failed").asLong() == 0;
    }

    @Override
    public ObjectNode run(Path output, Path scratch) throws InterruptedException {
        LocalRoute student =
                new LocalRoute(
                        STUDENT_ROUTE,
                        train.key().hex(),
                        StudentProvider.load(train.file(TrainStage.MODEL)),
                        new ProxyConfig.Price(0, Optional.empty(), 0));
        try (ProxySession session = ProxySession.open(job, context.store(), List.of(student))) {
            Teacher.Survey survey = new Teacher(context, session.teacher()).ask(NAME, job.gold());
            List<PredictionRow> rows = compare(survey, session.local());
            ParquetFile.write(
                    output.resolve(PREDICTIONS),
                    PredictionRow.class,
                    rows,
                    Map.of("distill.student", train.key().toString()));
            ParquetFile.write(
                    output.resolve(QueryStage.FAILED),
                    RejectedRow.class,
                    survey.failed(),
                    Map.of());
            AtomicFile.write(
                    output.resolve(LATENCY), Json.pretty(latencies(session.local(), survey)));
            return facts(survey, rows);
        }
    }

    private List<PredictionRow> compare(Teacher.Survey survey, ChatClient client)
            throws InterruptedException {
        Map<String, TeacherAnswer> teacher = new HashMap<>();
        survey.answers().forEach(answer -> teacher.put(answer.request().id(), answer));
        List<PredictionRow> rows = new ArrayList<>();
        for (Request item : job.gold()) {
            Optional<TeacherAnswer> answer = Optional.ofNullable(teacher.get(item.id()));
            LabelProbabilities student = student(item, client);
            String label = student.label().orElseThrow();
            int index = job.labels().indexOf(label).orElseThrow();
            rows.add(
                    PredictionRow.of(
                            item,
                            answer.map(TeacherAnswer::text),
                            answer.flatMap(a -> a.parsed().label()),
                            answer.map(a -> a.reply().header(Headers.REQUEST_KEY)).orElse(""),
                            label,
                            student.probabilities().get(index)));
        }
        return rows;
    }

    private LabelProbabilities student(Request item, ChatClient client)
            throws InterruptedException {
        return switch (client.ask(body(item))) {
            case ChatClient.Reply.Answered answered -> {
                var choice = answered.body().path("choices").path(0);
                yield LabelProbabilities.of(
                        job.labels(),
                        choice.path("message").path("content").asText(),
                        choice.path("logprobs"));
            }
            case ChatClient.Reply.Refused refused ->
                    throw new UserError(
                            ExitCode.REMOTE_FAILED,
                            Problem.of(
                                    "the student did not answer gold item %s: %s"
                                            .formatted(item.id(), refused.message())));
        };
    }

    private ObjectNode body(Request item) {
        return Prompt.request(
                STUDENT_ROUTE, job.systemPrompt(), item.text(), job.config().teacher());
    }

    /** The student's latencies, measured now, and the teacher's, as they were when it was asked. */
    private ObjectNode latencies(ChatClient client, Teacher.Survey survey)
            throws InterruptedException {
        EvaluateConfig evaluate = job.config().evaluate();
        LatencyProbe probe = new LatencyProbe(client, job.gold().stream().map(this::body).toList());
        ObjectNode json = Json.object();
        var student = json.putArray("student");
        int step = 0;
        for (int concurrency : evaluate.latency().concurrency()) {
            context.events()
                    .emit(
                            new RunEvent.Progress(
                                    NAME,
                                    step++,
                                    evaluate.latency().concurrency().size(),
                                    "latency measurements",
                                    0,
                                    0,
                                    OptionalDouble.empty(),
                                    concurrency + " callers"));
            student.add(probe.measure(evaluate.latency().requests(), concurrency).toJson());
        }
        json.set("teacher", teacherLatency(survey).toJson());
        return json;
    }

    /**
     * As each answer was timed when it was really asked. Callers at the job's concurrency who never
     * pause take the sum of the latencies divided by their number.
     */
    private LatencySample teacherLatency(Teacher.Survey survey) {
        List<Double> millis =
                survey.answers().stream().map(a -> (double) a.latencyMillis()).toList();
        int concurrency = job.config().teacher().concurrency();
        double seconds =
                millis.stream().mapToDouble(Double::doubleValue).sum() / 1000 / concurrency;
        boolean simulated = survey.answers().stream().anyMatch(TeacherAnswer::simulated);
        return new LatencySample(
                simulated ? Provenance.SIMULATED : Provenance.MEASURED,
                concurrency,
                millis,
                survey.failed().size(),
                seconds);
    }

    private ObjectNode facts(Teacher.Survey survey, List<PredictionRow> rows) {
        long cost = survey.answers().stream().mapToLong(a -> a.costNanoUsd().orElse(0L)).sum();
        boolean priced = survey.answers().stream().allMatch(a -> a.costNanoUsd().isPresent());
        return Json.object()
                .put("items", rows.size())
                .put("answered", survey.answers().size())
                .put("failed", survey.failed().size())
                .put("calls", survey.calls())
                .put("spent_nano_usd", survey.spentNanoUsd())
                .put("cost_nano_usd", cost)
                .put("cost_known", priced)
                .put("simulated", survey.answers().stream().anyMatch(TeacherAnswer::simulated));
    }
}
