package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.DataConfig;
import dev.distill.config.ProxyConfig;
import dev.distill.config.TeacherConfig;
import dev.distill.datasets.AnswerFormat;
import dev.distill.datasets.AnswerRow;
import dev.distill.datasets.Labels;
import dev.distill.datasets.ParquetFile;
import dev.distill.datasets.Part;
import dev.distill.datasets.RejectedRow;
import dev.distill.datasets.Request;
import dev.distill.datasets.Split;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks the teacher about every request and every gold item, so that whatever has to be paid is paid
 * before anything is trained. Whether a row is for training or validation is decided here, before
 * anybody has answered it.
 *
 * <p>Output: {@code answers.parquet} and {@code gold.parquet} ({@link AnswerRow}) and {@code
 * failed.parquet} ({@link RejectedRow}). While rows have failed, the next run asks about those
 * again; the others come from the proxy's store.
 */
final class QueryStage implements Stage {
    static final String NAME = "query";
    static final String ANSWERS = "answers.parquet";
    static final String GOLD = "gold.parquet";
    static final String FAILED = "failed.parquet";

    private final RunContext context;
    private final Job job;

    QueryStage(RunContext context) {
        this.context = context;
        this.job = context.job();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ObjectNode inputs() {
        DataConfig.Split split = job.config().data().split();
        ObjectNode inputs = Json.object().put("code", 2);
        inputs.put("requests", digest(job.requests()).hex());
        inputs.put("gold", digest(job.gold()).hex());
        inputs.put("validation", split.validation()).put("split_seed", split.seed());
        inputs.set("teacher", teacherInputs(job));
        return inputs;
    }

    /** What a teacher's answer depends on, besides the text. */
    static ObjectNode teacherInputs(Job job) {
        TeacherConfig teacher = job.config().teacher();
        ObjectNode inputs = Prompt.request(teacher.route(), job.systemPrompt(), "", teacher);
        switch (job.proxy()) {
            case JobProxy.Embedded embedded -> {
                ProxyConfig proxy = embedded.file().value();
                ArrayNode targets = inputs.putArray("targets");
                Optional.ofNullable(proxy.routes().get(teacher.route())).stream()
                        .flatMap(route -> route.ordered().stream())
                        .flatMap(List::stream)
                        .map(target -> identity(target, proxy.providers().get(target.provider())))
                        .forEach(targets::add);
            }
            case JobProxy.Remote remote -> inputs.put("proxy", remote.uri().toString());
        }
        switch (job.format()) {
            case Labels labels -> inputs.put("labels", String.join("\n", labels.names()));
            case AnswerFormat.Text _ -> inputs.put("answers", "text");
            case AnswerFormat.JsonText _ -> inputs.put("answers", "json");
        }
        return inputs;
    }

    /** Who may answer; a recording is known by its content. */
    private static String identity(
            ProxyConfig.Target target, ProxyConfig.@Nullable Provider provider) {
        String name = target.provider() + "/" + target.model();
        return provider instanceof ProxyConfig.Replay replay
                ? name + "@" + Digest.ofFile(replay.cassette()).hex()
                : name;
    }

    /** A digest of rows as they matter to a job, whatever file format they came in. */
    static Digest digest(List<Request> requests) {
        ArrayNode rows = Json.array();
        for (Request r : requests) {
            rows.addArray().add(r.id()).add(r.text()).add(r.groupOrId()).add(r.label().orElse(""));
        }
        return Digest.of(Json.line(rows));
    }

    @Override
    public boolean complete(StageOutput output) {
        return output.facts().path("failed").asLong() == 0;
    }

    @Override
    public ObjectNode run(Path output, Path scratch) throws InterruptedException {
        DataConfig.Split split = job.config().data().split();
        Split.of(job.requests(), split);
        List<Request> all = new ArrayList<>(job.requests());
        all.addAll(job.gold());
        Teacher.Survey survey;
        try (ProxySession session = ProxySession.toTeacher(context)) {
            survey = new Teacher(context, session.client()).ask(NAME, all);
        }
        int n = job.requests().size();
        List<AnswerRow> rows =
                rows(
                        survey.answers().subList(0, n),
                        request -> Split.partOf(request.groupOrId(), split));
        List<AnswerRow> gold = rows(survey.answers().subList(n, all.size()), _ -> Part.GOLD);
        ParquetFile.write(output.resolve(ANSWERS), AnswerRow.class, rows, Map.of());
        ParquetFile.write(output.resolve(GOLD), AnswerRow.class, gold, Map.of());
        ParquetFile.write(output.resolve(FAILED), RejectedRow.class, survey.failed(), Map.of());
        return facts(rows)
                .put("gold_answered", gold.size())
                .put("failed", survey.failed().size())
                .put("calls", survey.calls())
                .put("spent_nano_usd", survey.spentNanoUsd());
    }

    private List<AnswerRow> rows(
            List<Optional<TeacherAnswer>> answers, Function<Request, Part> part) {
        String route = job.config().teacher().route();
        return answers.stream()
                .flatMap(Optional::stream)
                .map(answer -> answer.toRow(part.apply(answer.request()), route))
                .toList();
    }

    private ObjectNode facts(List<AnswerRow> rows) {
        ObjectNode facts =
                Json.object()
                        .put("requests", job.requests().size())
                        .put("answered", rows.size())
                        .put("parsed", rows.stream().filter(r -> r.label().isPresent()).count())
                        .put("cost_nano_usd", cost(rows))
                        .put("cost_known", costKnown(rows))
                        .put("simulated", rows.stream().anyMatch(AnswerRow::simulated))
                        .put("input_tokens", rows.stream().mapToLong(AnswerRow::inputTokens).sum())
                        .put(
                                "output_tokens",
                                rows.stream().mapToLong(AnswerRow::outputTokens).sum());
        facts.put(
                "parsed_cost_nano_usd",
                cost(rows.stream().filter(r -> r.label().isPresent()).toList()));
        ArrayNode models = facts.putArray("models");
        rows.stream().map(AnswerRow::model).distinct().sorted().forEach(models::add);
        return facts;
    }

    /**
     * What the answers cost whenever they were asked, equal rows once; unknown prices are left out.
     */
    static long cost(List<AnswerRow> rows) {
        Map<String, Long> byKey = new HashMap<>();
        rows.forEach(row -> byKey.put(row.requestKey(), row.costNanoUsd().orElse(0L)));
        return byKey.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Whether {@link #cost} is all that the answers cost. */
    static boolean costKnown(List<AnswerRow> rows) {
        return rows.stream().allMatch(row -> row.costNanoUsd().isPresent());
    }
}
