package dev.distill.trainer;

import ai.djl.ndarray.NDManager;
import dev.distill.config.ExitCode;
import dev.distill.config.TrainConfig;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Digest;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import dev.distill.trainer.TrainingState.Best;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains a student of kind {@code encoder}: all weights of a pretrained encoder and a new
 * classification head, on the teacher's probabilities and on labels.
 *
 * <p>A training that was stopped at any moment goes on from its newest checkpoint and ends, on the
 * same machine, with the very bytes that an undisturbed one ends with: the batches, the learning
 * rate and the dropout of a step follow from the seed and the step's number, and a checkpoint holds
 * the rest.
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
        int stepRows = config.perDeviceTrainBatchSize() * config.gradientAccumulationSteps();
        int perEpoch = Batches.stepsPerEpoch(texts.training().size(), stepRows);
        int steps = perEpoch * config.numTrainEpochs();
        Schedule schedule = Schedule.of(config.lrSchedulerType(), steps, config.warmupRatio());
        listener.accept(
                new TrainingEvent.Started(
                        texts.training().size(), steps, config.numTrainEpochs(), truncated));

        // 2. Begin at the base, in batches that fit, or at the newest checkpoint of this very job.
        Checkpoints checkpoints = new Checkpoints(job.work().resolve("checkpoints"));
        Digest digest = job.digest();
        Optional<TrainingState> saved = checkpoints.newest(digest);
        TrainingState state =
                saved.orElse(TrainingState.begin(digest, perEpoch, config.seed(), 0));
        BatchRows batchRows =
                new BatchRows(
                        config.perDeviceTrainBatchSize(), state.batchRows(), memory, listener);
        if (saved.isEmpty()) { // what goes on has fitted, and keeps its batches
            batchRows.fit(EncoderMemory.of(job, texts)::plan, EncoderMemory.HINT);
        }
        MetricsLog metrics = new MetricsLog(job.work().resolve("metrics.jsonl"), state.step());
        saved.ifPresent(
                s ->
                        listener.accept(
                                new TrainingEvent.Resumed(s.step(), checkpoints.of(s.step()))));

        try (NDManager manager = Torch.newManager();
                Weights weights = weights(manager, job, checkpoints, saved);
                ActiveVocabulary vocabulary =
                        new ActiveVocabulary(
                                manager,
                                texts,
                                weights,
                                job.encoder().architecture().tokenTable());
                Learner learner = learner(manager, job, weights, checkpoints, saved)) {
            Rows rows = vocabulary.renumbered(texts);
            int savedStep = state.step();
            List<List<EncodedRow>> epoch = List.of();
            while (state.step() < steps && !isStale(config, state)) {
                // 3. Stopped? Everything up to here is kept.
                if (stop.getAsBoolean()) {
                    if (savedStep < state.step()) {
                        save(checkpoints, state, vocabulary, learner, listener);
                    }
                    throw TrainingErrors.interrupted(state.step(), steps);
                }

                // 4. One optimiser step.
                Instant begun = clock.instant();
                if (epoch.isEmpty() || state.cursor() == 0) {
                    epoch = Batches.epoch(rows.training(), stepRows, config.seed(), state.epoch());
                }
                List<EncodedRow> batch = epoch.get(state.cursor());
                double factor = schedule.factor(state.step());
                int number = state.step() + 1;
                Learner.Outcome outcome =
                        batchRows.fitting(
                                number, size -> learner.step(batch, number, factor, size));
                if (!outcome.isFinite()) {
                    throw diverged(number, outcome, batch, config);
                }
                double seconds = secondsSince(begun);
                state = state.afterStep(seconds);
                TrainingEvent.Step step =
                        new TrainingEvent.Step(
                                state.step(),
                                steps,
                                outcome.loss(),
                                config.learningRate() * factor,
                                outcome.gradientNorm(),
                                batch.size() / seconds);
                metrics.step(step);
                listener.accept(step);

                // 5. After an epoch: is it the best so far?
                if (state.cursor() == 0) {
                    Instant validating = clock.instant();
                    Learner.Score score = 
                            batchRows.fitting(
                                    state.step(),
                                    size -> learner.validate(rows.validation(), size));
                    Best now = new Best(state.epoch(), score.accuracy(), score.loss());
                    boolean best = state.best().map(now::beats).orElse(true);
                    state =
                            state.afterEpoch(
                                    secondsSince(validating),
                                    best ? Optional.of(now) : state.best());
                    TrainingEvent.Epoch end =
                            new TrainingEvent.Epoch(
                                    now.epoch(),
                                    config.numTrainEpochs(),
                                    now.accuracy(),
                                    now.loss(),
                                    best);
                    metrics.epoch(state.step(), end);
                    listener.accept(end);
                }

                // 6. Every few steps, after an epoch and when memory got short: put it on the disk.
                boolean fewerRows = !state.batchRows().equals(batchRows.fewer());
                state = state.withBatchRows(batchRows.fewer());
                if (state.cursor() == 0
                        || state.step() % config.saveSteps() == 0
                        || fewerRows) {
                    save(checkpoints, state, vocabulary, learner, listener);
                    savedStep = state.step();
                }
            }
        }

        // 7. The best epoch's weights are the student.
        Path student = job.output().resolve("model.safetensors");
        Path kept = checkpoints.weights(state.bestStep().orElseThrow());
        AtomicFile.write(student, out -> Files.copy(kept, out));
        return TrainingResult.of(state, texts.training().size(), truncated, student);
    }

    /** Whether so many epochs brought nothing better that no more is expected. */
    private static boolean isStale(TrainConfig config, TrainingState state) {
        return config.earlyStoppingPatience().map(state::isStale).orElse(false);
    }

    private static Weights weights(
            NDManager manager,
            TrainingJob job,
            Checkpoints checkpoints,
            Optional<TrainingState> saved) {
        return saved.map(s -> Weights.read(manager, checkpoints.weights(s.step())))
                .orElseGet(() -> job.base().newStudent(manager, job.encoder(), job.train().seed()));
    }

    private static Learner learner(
            NDManager manager,
            TrainingJob job,
            Weights weights,
            Checkpoints checkpoints,
            Optional<TrainingState> saved) {
        Learner learner =
                new Learner(manager, job.encoder(), weights, job.precision(), job.train());
        saved.ifPresent(s -> learner.optimizer().read(checkpoints.moments(s.step())));
        return learner;
    }

    private static void save(
            Checkpoints checkpoints,
            TrainingState state,
            ActiveVocabulary vocabulary,
            Learner learner,
            Consumer<TrainingEvent> listener) {
        checkpoints.save(
                state,
                file -> vocabulary.write(file, learner.weights()),
                file -> learner.optimizer().write(file));
        listener.accept(new TrainingEvent.Saved(state.step(), checkpoints.of(state.step())));
    }

    private double secondsSince(Instant begun) {
        return Duration.between(begun, clock.instant()).toNanos() / 1e9;
    }

    private static UserError diverged(
            int step, Learner.Outcome outcome, List<EncodedRow> batch, TrainConfig config) {
        return TrainingErrors.diverged(
                step,
                outcome.loss(),
                outcome.gradientNorm(),
                batch.stream().map(EncodedRow::id).toList(),
                "lower train.learning_rate (%s) or train.head_learning_rate (%s); the checkpoints are kept"
                        .formatted(config.learningRate(), config.headLearningRate()));
    }
}
