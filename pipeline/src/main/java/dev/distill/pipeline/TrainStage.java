package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.datasets.AnswerRow;
import dev.distill.datasets.DatasetFolder;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import dev.distill.models.StudentPackage;
import dev.distill.models.Torch;
import dev.distill.trainer.EncoderTrainer;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingJob;
import dev.distill.trainer.TrainingResult;
import dev.distill.trainer.TrainingRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * Trains the student. Output: {@code model/}, the student in the Hugging Face layout, and {@code
 * metrics.jsonl}. The scratch folder holds the checkpoints that an interrupted training goes on
 * from.
 */
final class TrainStage implements Stage {
    static final String NAME = "train";
    static final String MODEL = "model";
    static final String METRICS = "metrics.jsonl";

    private final RunContext context;
    private final Job job;
    private final StageOutput curate;
    private final DatasetFolder dataset;

    TrainStage(RunContext context, StageOutput curate) {
        this.context = context;
        this.job = context.job();
        this.curate = curate;
        this.dataset = new DatasetFolder(curate.folder());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ObjectNode inputs() {
        return Json.object().put("code", 1).put("training", training(Path.of("")).digest().hex());
    }

    /** The training; {@code scratch} decides nothing about its result. */
    private TrainingJob training(Path scratch) {
        return new TrainingJob(
                job.config().train(),
                job.config().student(),
                job.labels().names(),
                context.base(),
                rows(dataset.train()),
                rows(dataset.validation()),
                scratch,
                scratch.resolve("best"));
    }

    @Override
    public ObjectNode run(Path output, Path scratch) {
        TrainingJob training = training(scratch);
        Progress progress = new Progress(context.events());
        TrainingResult result =
                new EncoderTrainer(InstantSource.system())
                        .train(training, progress, context.stop());
        AtomicFile.writePath(
                output.resolve(METRICS), to -> Files.copy(scratch.resolve(METRICS), to));
        StudentPackage.write(
                output.resolve(MODEL),
                training.encoder(),
                result.weights(),
                training.base().tokenizerFile(),
                StudentCard.of(context, curate, List.of()));
        return facts(training, result);
    }

    private List<TrainingRow> rows(List<AnswerRow> answers) {
        return answers.stream().map(this::row).toList();
    }

    private TrainingRow row(AnswerRow row) {
        int label = job.labels().indexOf(row.label().orElseThrow()).orElseThrow();
        float[] teacher = new float[job.labels().size()];
        for (int i = 0; i < teacher.length; i++) {
            teacher[i] = row.probabilities().get(i).floatValue();
        }
        return new TrainingRow(row.id(), row.text(), label, teacher);
    }

    private ObjectNode facts(TrainingJob training, TrainingResult result) {
        return Json.object()
                .put("best_epoch", result.bestEpoch())
                .put("validation_accuracy", result.validationAccuracy())
                .put("validation_loss", result.validationLoss())
                .put("steps", result.steps())
                .put("seconds", result.seconds())
                .put("rows_per_second", result.rowsPerSecond())
                .put("parameters", training.encoder().parameterCount())
                .put("libtorch", Torch.version())
                .put("truncated_share", result.truncatedShare())
                .put("precision", training.precision().name().toLowerCase(Locale.ROOT));
    }

    /** Reports training events as events of the run. */
    private static final class Progress implements Consumer<TrainingEvent> {
        private final Events events;
        private long firstStepEnd;
        private int firstStep;
        private String epoch = "";

        Progress(Events events) {
            this.events = events;
        }

        @Override
        public void accept(TrainingEvent event) {
            switch (event) {
                case TrainingEvent.Started e -> {
                    if (e.truncatedShare() > 0) {
                        note(
                                "%,d of %,d training rows are longer than max_length and are cut"
                                        .formatted(
                                                Math.round(e.truncatedShare() * e.rows()),
                                                e.rows()));
                    }
                }
                case TrainingEvent.Resumed e -> note("goes on after step " + e.step());
                case TrainingEvent.Step e -> step(e);
                case TrainingEvent.Epoch e ->
                        epoch =
                                String.format(
                                        Locale.ROOT,
                                        ", epoch %d: %.1f %%",
                                        e.epoch(),
                                        100 * e.accuracy());
                case TrainingEvent.Saved _ -> {}
            }
        }

        private void step(TrainingEvent.Step e) {
            String detail =
                    String.format(
                            Locale.ROOT,
                            "loss %.3f, %.0f rows/s%s",
                            e.loss(),
                            e.rowsPerSecond(),
                            epoch);
            events.emit(
                    RunEvent.Progress.unpaid(NAME, e.step(), e.steps(), "steps", eta(e), detail));
        }

        /** By the speed since the first step of this run, validation included. */
        private OptionalDouble eta(TrainingEvent.Step e) {
            if (firstStep == 0) {
                firstStep = e.step();
                firstStepEnd = System.nanoTime();
                return OptionalDouble.empty();
            }
            double seconds = (System.nanoTime() - firstStepEnd) / 1e9;
            return OptionalDouble.of(seconds / (e.step() - firstStep) * (e.steps() - e.step()));
        }

        private void note(String message) {
            events.emit(new RunEvent.Note(NAME, message));
        }
    }
}
