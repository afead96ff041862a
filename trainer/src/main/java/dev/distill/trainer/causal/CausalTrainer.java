package dev.distill.trainer.causal;

import ai.djl.ndarray.NDManager;
import dev.distill.config.ExitCode;
import dev.distill.config.TrainConfig;
import dev.distill.config.UserError;
import dev.distill.files.Digest;
import dev.distill.models.Torch;
import dev.distill.trainer.BatchRows;
import dev.distill.trainer.Batches;
import dev.distill.trainer.Checkpoints;
import dev.distill.trainer.MetricsLog;
import dev.distill.trainer.Schedule;
import dev.distill.trainer.TrainingErrors;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingResult;
import dev.distill.trainer.TrainingState;
import dev.distill.trainer.TrainingState.Best;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains a student of kind {@code causal-lm}, all of its weights or adapters beside them, on the
 * teacher's answers and on what is known of the teacher's distribution.
 *
 * <p>A training that was stopped at any moment goes on from its newest checkpoint and ends, on the
 * same machine, with the very bytes that an undisturbed one ends with: the batches, the learning
 * rate, the dropout and the student's own answers of a step follow from the seed and the step's
 * number, and a checkpoint holds the rest.
 *
 * <p>libtorch's random generator belongs to the process: one training at a time.
 */
public final class CausalTrainer {
    private final InstantSource clock;
    private final BatchRows.Memory memory;

    public CausalTrainer(InstantSource clock) {
        this(clock, BatchRows.Memory.OF_THE_PROCESS);
    }

    CausalTrainer(InstantSource clock, BatchRows.Memory memory) {
        this.clock = clock;
        this.memory = memory;
    }

    /**
     * Trains, or goes on with, a student, and writes its package to the job's output.
     *
     * @param listener is told of every step, on the calling thread
     * @param stop asked before every step; when it says yes, the training writes a checkpoint and
     *     ends
     * @return whose accuracy is the share of trained tokens that the student found likeliest
     * @throws UserError with {@link ExitCode#INTERRUPTED} when it was stopped, and with {@link
     *     ExitCode#INVALID_INPUT} for rows that nothing can be learned from, for a training that
     *     does not fit into memory, for checkpoints of another job, and when the loss is no longer
     *     a number
     */
    public TrainingResult train(
            CausalJob job, Consumer<TrainingEvent> listener, BooleanSupplier stop) {
        TrainConfig config = job.train();

        // 1. Look at the rows and the teacher before anything costs time.
        CausalStudent student = new CausalStudent(job);
        CausalRows rows = CausalRows.read(job, listener);
        Digest digest = job.digest();
        int stepRows = config.perDeviceTrainBatchSize() * config.gradientAccumulationSteps();
        int perEpoch = Batches.stepsPerEpoch(rows.training().size(), stepRows);
        int steps = perEpoch * config.numTrainEpochs();
        Schedule schedule = Schedule.of(config.lrSchedulerType(), steps, config.warmupRatio());
        CausalLearner.Settings settings =
                new CausalLearner.Settings(
                        config,
                        job.causal().packing() ? job.maxLength() : 0,
                        job.causal().gradientCheckpointing());
        listener.accept(
                new TrainingEvent.Started(
                        rows.training().size(), steps, config.numTrainEpochs(), rows.cut()));

        // 2. Begin at the base, in batches that fit, or at the newest checkpoint of this very job.
        Checkpoints checkpoints = new Checkpoints(job.work().resolve("checkpoints"));
        Optional<TrainingState> saved = checkpoints.newest(digest);
        TrainingState state =
                saved.orElse(TrainingState.begin(digest, perEpoch, config.seed(), 0));
        BatchRows batchRows =
                new BatchRows(
                        config.perDeviceTrainBatchSize(), state.batchRows(), memory, listener);
        if (saved.isEmpty()) { // what goes on has fitted, and keeps its batches
            batchRows.fit(
                    size -> rows.plan(job, student, settings, size), CausalMemory.HINT);
        }
        MetricsLog metrics = new MetricsLog(job.work().resolve("metrics.jsonl"), state.step());
        saved.ifPresent(
                s ->
                        listener.accept(
                                new TrainingEvent.Resumed(s.step(), checkpoints.of(s.step()))));

        try (NDManager manager = Torch.newManager();
                CausalLearner learner =
                        student.learner(
                                manager,
                                settings,
                                saved.map(s -> checkpoints.weights(s.step())),
                                rows.divergence(),
                                rows.teacher(manager, job))) {
            saved.ifPresent(s -> learner.optimizer().read(checkpoints.moments(s.step())));
            OnPolicy onPolicy =
                    new OnPolicy(
                            job.causal().onPolicy(), rows.ends(), job.maxLength(), config.seed());
            int savedStep = state.step();
            List<List<Sample>> epoch = List.of();
            while (state.step() < steps && !isStale(job, state)) {
                // 3. Stopped? Everything up to here is kept.
                if (stop.getAsBoolean()) {
                    if (savedStep < state.step()) {
                        save(checkpoints, state, learner, listener);
                    }
                    throw TrainingErrors.interrupted(state.step(), steps);
                }

                // 4. One optimiser step, on the rows' answers or on the student's own.
                Instant begun = clock.instant();
                if (epoch.isEmpty() || state.cursor() == 0) {
                    epoch =
                            Batches.epoch(
                                    rows.training(),
                                    Sample::length,
                                    stepRows,
                                    config.seed(),
                                    state.epoch());
                }
                int number = state.step() + 1;
                List<Sample> batch = epoch.get(state.cursor());
                boolean own = onPolicy.is(number);
                List<Sample> learned =
                        own ? onPolicy.write(learner.generator(), batch, number) : batch;
                double factor = schedule.factor(state.step());
                CausalLearner.Source source =
                        own ? CausalLearner.Source.STUDENT : CausalLearner.Source.ROWS;
                CausalLearner.Outcome outcome =
                        batchRows.fitting(
                                number,
                                size -> learner.step(learned, number, factor, size, source));
                if (!outcome.isFinite()) {
                    throw diverged(number, outcome, learned, config);
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
                    CausalLearner.Score score =
                            batchRows.fitting(
                                    state.step(), size -> learner.validate(rows.validation(), size));
                    Best now = new Best(state.epoch(), score.accuracy(), score.loss());
                    boolean best = state.best().map(b -> now.loss() < b.loss()).orElse(true);
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
                    save(checkpoints, state, learner, listener);
                    savedStep = state.step();
                }
            }
        }

        // 7. The best epoch's weights are the student.
        try (NDManager manager = Torch.newManager()) {
            student.write(manager, checkpoints.weights(state.bestStep().orElseThrow()));
        }
        return TrainingResult.of(
                state,
                rows.training().size(),
                rows.cut(),
                job.output().resolve("model.safetensors"));
    }

    /** Whether so many epochs brought nothing better that no more is expected. */
    private static boolean isStale(CausalJob job, TrainingState state) {
        return job.causal().earlyStoppingPatience().map(state::isStale).orElse(false);
    }

    private static void save(
            Checkpoints checkpoints,
            TrainingState state,
            CausalLearner learner,
            Consumer<TrainingEvent> listener) {
        checkpoints.save(state, learner.weights().trained(), learner.optimizer());
        listener.accept(new TrainingEvent.Saved(state.step(), checkpoints.of(state.step())));
    }

    private double secondsSince(Instant begun) {
        return Duration.between(begun, clock.instant()).toNanos() / 1e9;
    }

    private static UserError diverged(
            int step, CausalLearner.Outcome outcome, List<Sample> batch, TrainConfig config) {
        return TrainingErrors.diverged(
                step,
                outcome.loss(),
                outcome.gradientNorm(),
                batch.stream().map(Sample::id).toList(),
                "lower train.learning_rate (%s); the checkpoints are kept"
                        .formatted(config.learningRate()));
    }
}
