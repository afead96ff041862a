package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.config.GateConfig;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.PublishConfig;
import dev.distill.config.UserError;
import dev.distill.datasets.ParquetFile;
import dev.distill.datasets.PredictionRow;
import dev.distill.evaluation.Comparison;
import dev.distill.evaluation.Estimate;
import dev.distill.evaluation.Score;
import dev.distill.files.AtomicFile;
import dev.distill.files.WholeFolder;
import dev.distill.models.FolderRegistry;
import dev.distill.models.ModelCard;
import dev.distill.models.students.Students;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.upstream.Provider;
import dev.distill.serving.StudentProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Publishes a student that has passed the gate: gives its package the card with its figures, proves
 * that the package answers as it did in the evaluation, and puts it into the registry by digest and
 * alias.
 */
final class Publication {
    static final String NAME = "publish";

    /** So many gold items have to come out as they did in the evaluation. */
    private static final int PROOF_ITEMS = 64;

    /** Batches of another composition may round otherwise in the last digits. */
    private static final double TOLERANCE = 1e-3;

    private final RunContext context;
    private final Stages stages;

    Publication(RunContext context, Stages stages) {
        this.context = context;
        this.stages = stages;
    }

    /** Writes the package of the run, whatever the gate says, into {@code folder}. */
    void writePackage(Path folder, Comparison comparison) {
        Path model = stages.output(TrainStage.NAME).file(TrainStage.MODEL);
        try {
            for (String name : WholeFolder.files(model)) {
                if (!name.equals("README.md")) {
                    RunFolder.linkOrCopy(model.resolve(name), folder.resolve(name));
                }
            }
        } catch (IOException e) {
            throw AtomicFile.failure(folder, e);
        }
        Score student = comparison.student();
        List<ModelCard.Metric> metrics = new ArrayList<>();
        String name =
                comparison.metric() == GateConfig.Metric.ACCURACY ? "accuracy" : "exact match";
        metrics.add(metric(name, student.accuracy(), comparison.n()));
        student.macroF1().ifPresent(f1 -> metrics.add(metric("macro F1", f1, comparison.n())));
        Students.describe(
                folder,
                StudentCard.of(
                        context, stages.chosen().kind(), stages.output(CurateStage.NAME), metrics));
    }

    private static ModelCard.Metric metric(String name, Estimate estimate, int items) {
        return new ModelCard.Metric(
                name,
                estimate.value(),
                estimate.interval().low(),
                estimate.interval().high(),
                items);
    }

    /**
     * Puts a package into the job's registry.
     *
     * @throws UserError when the package does not answer as it did in the evaluation
     */
    FolderRegistry.Entry publish(Path folder) throws InterruptedException {
        PublishConfig publish = context.job().config().publish();
        String name = context.job().config().name();
        FolderRegistry registry = new FolderRegistry(publish.to());
        Optional<FolderRegistry.Entry> there = registry.find(folder, name);
        if (there.isPresent() && there.get().aliases().contains(publish.alias())) {
            return there.get();
        }
        prove(folder);
        return registry.publish(folder, name, publish.alias());
    }

    private void prove(Path folder) throws InterruptedException {
        List<PredictionRow> rows =
                ParquetFile.read(
                                stages.output(EvaluateStage.NAME).file(EvaluateStage.PREDICTIONS),
                                PredictionRow.class)
                        .stream()
                        .limit(PROOF_ITEMS)
                        .toList();
        Job job = context.job();
        try (Provider student = StudentProvider.load(folder, InstantSource.system())) {
            for (PredictionRow then : rows) {
                ObjectNode question = Said.question(job, NAME, then.text());
                if (!(student.complete(NAME, question) instanceof Outcome.Answer answer)) {
                    throw differs(folder, then, "no answer");
                }
                Said now = Said.of(answer.completion(), job.format());
                boolean same =
                        now.answer().equals(then.studentLabel())
                                && Math.abs(now.probability() - then.studentProbability())
                                        < TOLERANCE;
                if (!same) {
                    throw differs(
                            folder, then, "%s (%.4f)".formatted(now.answer(), now.probability()));
                }
            }
        }
    }

    private static UserError differs(Path folder, PredictionRow then, String now) {
        return new UserError(
                ExitCode.INVALID_INPUT,
                Problem.at(
                                Location.of(folder),
                                "the package answers gold item %s with %s, but in the evaluation with %s (%.4f)"
                                        .formatted(
                                                then.id(),
                                                now,
                                                then.studentLabel(),
                                                then.studentProbability()))
                        .withHint("it was not published; evaluate again with a new --home"));
    }
}
