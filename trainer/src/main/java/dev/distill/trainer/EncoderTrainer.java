package dev.distill.trainer;

import ai.djl.ndarray.NDManager;
import dev.distill.config.ExitCode;
import dev.distill.config.TrainConfig;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.models.Encoder;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import dev.distill.trainer.TrainingState.Best;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains a student of kind {@code encoder}: all weights of a pretrained encoder and a new
 * classification head, on the teacher's probabilities and on labels; {@link TrainingLoop} has the
 * steps. Batches, learning rate and dropout of a step follow from the seed and the step's number.
 *
 * <p>libtorch's random generator belongs to the process: one training at a time.
 */
public final class EncoderTrainer {
    private final InstantSource clock;
    private final BatchRows.Memory memory;

    public EncoderTrainer(InstantSource clock) {
        this(clock, BatchRows.Memory.OF_THE_PROCESS);
    }

    EncoderTrainer(InstantSource clock, BatchRows.Memory memory) {
        this.clock = clock;
        this.memory = memory;
    }

    /**
     * Trains, or goes on with, a student.
     *
     * @param listener is told of every step, on the calling thread
     * @param stop asked before every step; when it says yes, the training writes a checkpoint and
     *     ends
     * @throws UserError with {@link ExitCode#INTERRUPTED} when it was stopped, and with {@link
     *     ExitCode#INVALID_INPUT} for rows that nothing can be learned from, for checkpoints of
     *     another job, and when the loss is no longer a number
     */
    public TrainingResult train(
            TrainingJob job, Consumer<TrainingEvent> listener, BooleanSupplier stop) {
        TrainConfig config = job.train();

        // 1. Look at the rows before anything costs time.
        Preflight.check(job.labels(), job.training(), job.validation());
        Rows texts = Rows.encode(job);
        double truncated = texts.truncatedShare(job.student().maxLength());
        int perEpoch = Batches.stepsPerEpoch(texts.training().size(), config.rowsPerStep());
        TrainingLoop.Plan plan =
                TrainingLoop.Plan.of(
                        config,
                        perEpoch,
                        config.earlyStoppingPatience(),
                        Best::beats,
                        "lower train.learning_rate (%s) or train.head_learning_rate (%s); the checkpoints are kept"
                                .formatted(config.learningRate(), config.headLearningRate()));
        listener.accept(
                new TrainingEvent.Started(
                        texts.training().size(), plan.steps(), plan.epochs(), truncated));

        // 2. From the base, or from where an earlier run got to, step by step.
        TrainingLoop loop =
                new TrainingLoop(
                        job.work(),
                        TrainingState.fresh(job.digest(), perEpoch, config.seed()),
                        clock,
                        listener,
                        stop);
        BatchRows batchRows =
                loop.batchRows(
                        config.perDeviceTrainBatchSize(),
                        memory,
                        EncoderMemory.of(job, texts)::plan,
                        EncoderMemory.HINT);
        TrainingLoop.End end;
        try (NDManager manager = Torch.newManager();
                Weights weights = weights(manager, job, texts, loop);
                ActiveVocabulary vocabulary =
                        new ActiveVocabulary(
                                manager,
                                texts,
                                weights,
                                job.encoder().architecture().tokenTable());
                Learner learner =
                        new Learner(manager, job.encoder(), weights, job.precision(), config)) {
            loop.moments().ifPresent(learner.optimizer()::read);
            end =
                    loop.run(
                            plan,
                            new Student(
                                    config,
                                    vocabulary.renumbered(texts),
                                    vocabulary,
                                    learner,
                                    batchRows));
        }

        // 3. The best epoch's weights are the student.
        Path student = job.output().resolve("model.safetensors");
        AtomicFile.write(student, out -> Files.copy(end.best(), out));
        return TrainingResult.of(end.state(), texts.training().size(), truncated, student);
    }

    private static Weights weights(
            NDManager manager, TrainingJob job, Rows texts, TrainingLoop loop) {
        if (loop.weights().isPresent()) {
            return Weights.read(manager, loop.weights().get());
        }
        Weights weights = job.base().newStudent(manager, job.encoder(), job.train().seed());
        try (Encoder encoder = new Encoder(manager, job.encoder(), job.precision())) {
            ClassMeans.imprint(manager, encoder, weights, texts.training());
        }
        return weights;
    }

    /** What the loop has in its hands. */
    private record Student(
            TrainConfig config,
            Rows rows,
            ActiveVocabulary vocabulary,
            Learner learner,
            BatchRows batchRows)
            implements Trainee<EncodedRow> {
        @Override
        public List<List<EncodedRow>> epoch(int epoch) {
            return Batches.epoch(rows.training(), config.rowsPerStep(), config.seed(), epoch);
        }

        @Override
        public StepOutcome step(List<EncodedRow> batch, int number, double factor) {
            return batchRows.fitting(number, size -> learner.step(batch, number, factor, size));
        }

        @Override
        public Score validate() {
            return batchRows.fitting(
                    "the validation", size -> learner.validate(rows.validation(), size));
        }

        @Override
        public Optional<Integer> fewerRows() {
            return batchRows.fewer();
        }

        @Override
        public void save(Checkpoints checkpoints, TrainingState state) {
            checkpoints.save(
                    state,
                    file -> vocabulary.write(file, learner.weights()),
                    learner.optimizer()::write);
        }

        @Override
        public String name(EncodedRow row) {
            return row.id();
        }
    }
}
