package dev.distill.pipeline;

import dev.distill.datasets.DatasetFolder;
import dev.distill.files.Digest;
import dev.distill.models.Base;
import dev.distill.models.ModelCard;
import java.util.List;
import java.util.Map;

/** Fills in the model card of a job's student. */
final class StudentCard {
    private StudentCard() {}

    /**
     * The card.
     *
     * @param metrics empty before the evaluation
     */
    static ModelCard of(RunContext context, StageOutput curate, List<ModelCard.Metric> metrics) {
        Job job = context.job();
        Base base = context.base();
        DatasetFolder dataset = new DatasetFolder(curate.folder());
        return new ModelCard(
                job.config().name(),
                "Given a text, it names one of %d labels.".formatted(job.labels().size()),
                base.name(),
                base.licence(),
                Map.of(
                        "training", curate.facts().path("train").asLong(),
                        "validation", curate.facts().path("validation").asLong()),
                metrics,
                Map.of(
                        "base weights", base.digest().toString(),
                        "training rows", Digest.ofFile(dataset.trainFile()).toString(),
                        "validation rows", Digest.ofFile(dataset.validationFile()).toString()));
    }
}
