package dev.distill.pipeline;

import dev.distill.config.StudentConfig;
import dev.distill.datasets.AnswerFormat;
import dev.distill.datasets.DatasetFolder;
import dev.distill.datasets.Labels;
import dev.distill.files.Digest;
import dev.distill.models.Base;
import dev.distill.models.ModelCard;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fills in the model card of a job's student. */
final class StudentCard {
    private StudentCard() {}

    /**
     * The card.
     *
     * @param metrics empty before the evaluation
     */
    static ModelCard of(
            RunContext context,
            StudentConfig.Kind kind,
            StageOutput curate,
            List<ModelCard.Metric> metrics) {
        Job job = context.job();
        Optional<Base> base = context.base(kind);
        DatasetFolder dataset = new DatasetFolder(curate.folder());
        Map<String, String> lineage = new HashMap<>();
        base.filter(Base::hasWeights)
                .ifPresent(b -> lineage.put("base weights", b.digest().toString()));
        lineage.put("training rows", Digest.ofFile(dataset.trainFile()).toString());
        lineage.put("validation rows", Digest.ofFile(dataset.validationFile()).toString());
        return new ModelCard(
                job.config().name(),
                kind == StudentConfig.Kind.CAUSAL_LM ? task(job) + asked(job) : task(job),
                base.map(Base::name).orElse("none"),
                base.map(Base::licence).orElse("unknown"),
                Map.of(
                        "training", curate.facts().path("train").asLong(),
                        "validation", curate.facts().path("validation").asLong()),
                metrics,
                lineage);
    }

    /** A language model answers as it was taught to only to the prompt that it was taught with. */
    private static String asked(Job job) {
        return " It is asked with this system prompt:\n\n```\n%s\n```"
                .formatted(job.systemPrompt());
    }

    private static String task(Job job) {
        return switch (job.format()) {
            case Labels labels ->
                    "Given a text, it names one of %d labels.".formatted(labels.size());
            case AnswerFormat.Text _ -> "Given a text, it writes an answer.";
            case AnswerFormat.JsonText _ -> "Given a text, it writes an answer in JSON.";
        };
    }
}
