package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.EvaluateConfig;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.ProxyConfig;
import dev.distill.config.UserError;
import dev.distill.datasets.AnswerRow;
import dev.distill.datasets.ParquetFile;
import dev.distill.datasets.PredictionRow;
import dev.distill.datasets.Request;
import dev.distill.evaluation.Provenance;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import dev.distill.proxy.LocalRoute;
import dev.distill.serving.StudentProvider;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Lets the student answer the gold items that the teacher has answered, over the same HTTP path,
 * and measures how long it takes. The student is loaded from the exported package: what is
 * evaluated is what is published.
 *
 * <p>Output: {@code predictions.parquet} ({@link PredictionRow}) and {@code latency.json}. What
 * follows from these, the statistics and the gate, is computed anew for each report.
 */
final class EvaluateStage implements Stage {
    static final String NAME = "evaluate";
    static final String PREDICTIONS = "predictions.parquet";
    static final String LATENCY = "latency.json";
    private static final int ROWS_BETWEEN_EVENTS = 50;
    private static final String STUDENT_ROUTE = "student";

    private final RunContext context;
    private final Job job;
    private final StageOutput query;
    private final StageOutput train;

    EvaluateStage(RunContext context, StageOutput query, StageOutput train) {
        this.context = context;
        this.job = context.job();
        this.query = query;
        this.train = train;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> student() {
        return train.student();
    }

    @Override
    public ObjectNode inputs() {
        EvaluateConfig.Latency latency = job.config().evaluate().latency();
        ObjectNode inputs =
                Json.object()
                        .put("code", 2)
                        .put("student", TrainStage.student(train).hex())
                        .put("gold", QueryStage.digest(job.gold()).hex())
                        .put("teacher", query.digestOf(QueryStage.GOLD).hex())
                        .put("latency_requests", latency.requests())
                        .put("teacher_concurrency", job.config().teacher().concurrency())
                        .put("machine", Machine.describe());
        latency.concurrency().forEach(inputs.putArray("concurrency")::add);
        return inputs;
    }

    @Override
    public ObjectNode run(Path output, Path scratch) throws InterruptedException {
        List<AnswerRow> teacher = ParquetFile.read(query.file(QueryStage.GOLD), AnswerRow.class);
        LocalRoute student =
                new LocalRoute(
                        STUDENT_ROUTE,
                        train.key().hex(),
                        StudentProvider.load(train.file(TrainStage.MODEL), InstantSource.system()),
                        ProxyConfig.Price.of(0, 0));
        try (ProxySession session = ProxySession.toLocal(context, student)) {
            List<PredictionRow> rows = compare(teacher, session.client());
            ParquetFile.write(
                    output.resolve(PREDICTIONS),
                    PredictionRow.class,
                    rows,
                    Map.of("distill.student", train.key().toString()));
            ObjectNode latency = Json.object();
            latency.set("student", studentLatencies(session.client()));
            latency.set("teacher", teacherLatency(teacher).toJson());
            AtomicFile.write(output.resolve(LATENCY), Json.pretty(latency));
        }
        return Json.object()
                .put("student", train.student().orElseThrow())
                .put("items", job.gold().size())
                .put("teacher_answered", teacher.size())
                .put("teacher_cost_nano_usd", QueryStage.cost(teacher))
                .put("teacher_cost_known", QueryStage.costKnown(teacher))
                .put("machine", Machine.describe())
                .put("simulated", teacher.stream().anyMatch(AnswerRow::simulated));
    }

    private List<PredictionRow> compare(List<AnswerRow> answers, ChatClient client)
            throws InterruptedException {
        Map<String, AnswerRow> teacher = new HashMap<>();
        answers.forEach(answer -> teacher.put(answer.id(), answer));
        List<PredictionRow> rows = new ArrayList<>();
        for (Request item : job.gold()) {
            context.stop().check("the student's answers are asked again by the next run");
            Optional<AnswerRow> answer = Optional.ofNullable(teacher.get(item.id()));
            Said student = student(item, client);
            rows.add(
                    PredictionRow.of(
                            item,
                            answer.map(AnswerRow::answer),
                            answer.flatMap(AnswerRow::label),
                            answer.map(AnswerRow::requestKey).orElse(""),
                            student.answer(),
                            student.probability()));
            progress(rows.size(), "");
        }
        return rows;
    }

    private Said student(Request item, ChatClient client) throws InterruptedException {
        return switch (client.ask(body(item))) {
            case ChatClient.Reply.Answered answered -> Said.of(answered.body(), job.format());
            case ChatClient.Reply.Refused refused ->
                    throw new UserError(
                            ExitCode.REMOTE_FAILED,
                            Problem.of(
                                    "the student did not answer gold item %s: %s"
                                            .formatted(item.id(), refused.message())));
        };
    }

    private ObjectNode body(Request item) {
        return Said.question(job, STUDENT_ROUTE, item.text());
    }

    private ArrayNode studentLatencies(ChatClient client) throws InterruptedException {
        EvaluateConfig.Latency latency = job.config().evaluate().latency();
        LatencyProbe probe = new LatencyProbe(client, job.gold().stream().map(this::body).toList());
        ArrayNode samples = Json.array();
        for (int concurrency : latency.concurrency()) {
            context.stop().check("the latencies are measured again by the next run");
            progress(job.gold().size(), "latency of " + concurrency + " callers");
            samples.add(probe.measure(latency.requests(), concurrency).toJson());
        }
        return samples;
    }

    private void progress(int answered, String detail) {
        if (answered % ROWS_BETWEEN_EVENTS == 0 || !detail.isEmpty()) {
            context.events()
                    .emit(
                            RunEvent.Progress.unpaid(
                                    NAME,
                                    answered,
                                    job.gold().size(),
                                    "rows",
                                    OptionalDouble.empty(),
                                    detail));
        }
    }

    /**
     * As each answer was timed when it was really asked. Callers at the job's concurrency who never
     * pause take the sum of the latencies divided by their number; since they are whole
     * milliseconds, even none at all stands for a part of one.
     */
    private LatencySample teacherLatency(List<AnswerRow> answers) {
        List<Double> millis = answers.stream().map(a -> (double) a.latencyMillis()).toList();
        int concurrency = job.config().teacher().concurrency();
        double sum = millis.stream().mapToDouble(Double::doubleValue).sum();
        double seconds = Math.max(1, sum) / 1000 / concurrency;
        boolean simulated = answers.stream().anyMatch(AnswerRow::simulated);
        return new LatencySample(
                simulated ? Provenance.SIMULATED : Provenance.MEASURED,
                concurrency,
                millis,
                job.gold().size() - answers.size(),
                seconds);
    }
}
