package dev.distill.pipeline;

import dev.distill.config.ExitCode;
import dev.distill.config.GateConfig;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.PublishConfig;
import dev.distill.config.TeacherConfig;
import dev.distill.config.UserError;
import dev.distill.datasets.AnswerFormat;
import dev.distill.datasets.ParquetFile;
import dev.distill.datasets.PredictionRow;
import dev.distill.evaluation.Comparison;
import dev.distill.evaluation.Estimate;
import dev.distill.evaluation.Score;
import dev.distill.files.AtomicFile;
import dev.distill.files.WholeFolder;
import dev.distill.models.Classifier;
import dev.distill.models.FolderRegistry;
import dev.distill.models.ModelCard;
import dev.distill.models.assistant.Assistant;
import dev.distill.models.causal.Sampling;
import dev.distill.models.chat.Chat;
import dev.distill.models.students.Students;

import java.io.IOException;
import java.nio.file.Path;
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
    FolderRegistry.Entry publish(Path folder) {
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

    private void prove(Path folder) {
        List<PredictionRow> rows =
                ParquetFile.read(
                                stages.output(EvaluateStage.NAME).file(EvaluateStage.PREDICTIONS),
                                PredictionRow.class)
                        .stream()
                        .limit(PROOF_ITEMS)
                        .toList();
        List<Said> now =
                Students.isAssistant(folder) ? asked(folder, rows) : classified(folder, rows);
        for (int i = 0; i < rows.size(); i++) {
            PredictionRow then = rows.get(i);
            boolean same =
                    now.get(i).answer().equals(then.studentLabel())
                            && Math.abs(now.get(i).probability() - then.studentProbability())
                                    < TOLERANCE;
            if (!same) {
                throw new UserError(
                        ExitCode.INVALID_INPUT,
                        Problem.at(
                                        Location.of(folder),
                                        "the package answers gold item %s with %s (%.4f), but in the evaluation with %s (%.4f)"
                                                .formatted(
                                                        then.id(),
                                                        now.get(i).answer(),
                                                        now.get(i).probability(),
                                                        then.studentLabel(),
                                                        then.studentProbability()))
                                .withHint(
                                        "it was not published; evaluate again with a new --home"));
            }
        }
    }

    private record Said(String answer, double probability) {}

    private static List<Said> classified(Path folder, List<PredictionRow> rows) {
        try (Classifier classifier = Students.load(folder)) {
            return classifier.classify(rows.stream().map(PredictionRow::text).toList()).stream()
                    .map(said -> new Said(said.label(), said.confidence()))
                    .toList();
        }
    }

    /** As the evaluation asks, at the teacher's own settings. */
    private List<Said> asked(Path folder, List<PredictionRow> rows) {
        try (Assistant assistant = Assistant.load(folder)) {
            AnswerFormat format = context.job().format();
            return assistant.answer(rows.stream().map(this::question).toList()).stream()
                    .map(
                            said ->
                                    new Said(
                                            format.meaning(said.text()).orElse(said.text()),
                                            said.probability()))
                    .toList();
        }
    }

    private Assistant.Question question(PredictionRow row) {
        TeacherConfig teacher = context.job().config().teacher();
        String system = context.job().systemPrompt();
        return new Assistant.Question(
                Chat.of(Prompt.request("", system, row.text(), teacher).get("messages")),
                Optional.of(teacher.maxTokens()),
                Optional.of(Sampling.at(teacher.temperature(), 0)),
                List.of(),
                0);
    }
}
