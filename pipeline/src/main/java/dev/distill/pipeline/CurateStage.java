package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ConfigText;
import dev.distill.datasets.AnswerRow;
import dev.distill.datasets.Curation;
import dev.distill.datasets.DatasetCard;
import dev.distill.datasets.DatasetFolder;
import dev.distill.datasets.Labels;
import dev.distill.datasets.ParquetFile;
import dev.distill.datasets.Request;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Turns answers into a dataset. Output: {@code data/*.parquet} in the layout that {@code
 * datasets.load_dataset} reads, {@code rejected.parquet} and the card {@code README.md}.
 */
final class CurateStage implements Stage {
    static final String NAME = "curate";

    private final Job job;
    private final StageOutput query;

    CurateStage(RunContext context, StageOutput query) {
        this.job = context.job();
        this.query = query;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ObjectNode inputs() {
        ObjectNode inputs = Json.object().put("code", 1);
        madeFrom().forEach((name, digest) -> inputs.put(name, digest.hex()));
        inputs.put("name", job.config().name());
        inputs.set("curate", Json.object(ConfigText.map(job.config().curate())));
        return inputs;
    }

    private SortedMap<String, Digest> madeFrom() {
        SortedMap<String, Digest> digests = new TreeMap<>();
        digests.put("answers", query.digestOf(QueryStage.ANSWERS));
        digests.put("gold", QueryStage.digest(job.gold()));
        if (job.format() instanceof Labels labels) {
            digests.put("labels", Digest.of(String.join("\n", labels.names())));
        }
        return digests;
    }

    @Override
    public ObjectNode run(Path output, Path scratch) {
        List<AnswerRow> answers = ParquetFile.read(query.file(QueryStage.ANSWERS), AnswerRow.class);
        Curation rows =
                Curation.of(
                        answers,
                        job.gold().stream().map(Request::text).toList(),
                        job.format(),
                        job.config().curate());
        DatasetCard card =
                new DatasetCard(
                        job.config().name(),
                        "Answers of a teacher model to the requests of the job "
                                + job.config().name()
                                + ", made with distill.",
                        job.format(),
                        madeFrom());
        new DatasetFolder(output).write(rows, card);
        return facts(rows);
    }

    private static ObjectNode facts(Curation rows) {
        ObjectNode facts =
                Json.object()
                        .put("train", rows.train().size())
                        .put("validation", rows.validation().size())
                        .put("rejected", rows.rejected().size())
                        .put("train_cost_nano_usd", QueryStage.cost(rows.train()))
                        .put("validation_cost_nano_usd", QueryStage.cost(rows.validation()));
        ArrayNode steps = facts.putArray("steps");
        rows.funnel()
                .forEach(
                        step ->
                                steps.add(
                                        Json.object()
                                                .put("name", step.name())
                                                .put("in", step.in())
                                                .put("rejected", step.rejected())));
        return facts;
    }
}
