package dev.distill.trainer.causal;

import ai.djl.ndarray.NDManager;
import dev.distill.config.ExitCode;
import dev.distill.config.TrainConfig;
import dev.distill.config.UserError;
import dev.distill.models.Torch;
import dev.distill.trainer.BatchRows;
import dev.distill.trainer.Batches;
import dev.distill.trainer.Checkpoints;
import dev.distill.trainer.Score;
import dev.distill.trainer.StepOutcome;
import dev.distill.trainer.Trainee;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingLoop;
import dev.distill.trainer.TrainingResult;
import dev.distill.trainer.TrainingState;
import dev.distill.trainer.TrainingState.Best;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains a student of kind {@code causal-lm}, all of its weights or adapters beside them, on the
 * teacher's answers and on what is known of the teacher's distribution; {@link TrainingLoop} has
 * the steps. Batches, learning rate, dropout and the student's own answers of a step follow from
 * the seed and the step's number.
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
        int perEpoch = Batches.stepsPerEpoch(rows.training().size(), config.rowsPerStep());
        TrainingLoop.Plan plan =
                TrainingLoop.Plan.of(
                        config,
                        perEpoch,
                        job.causal().earlyStoppingPatience(),
                        Best::hasLowerLoss,
                        "lower train.learning_rate (%s); the checkpoints are kept"
                                .formatted(config.learningRate()));
        CausalLearner.Settings settings =
                new CausalLearner.Settings(
                        config,
                        job.causal().packing() ? job.maxLength() : 0,
                        job.causal().gradientCheckpointing());
        listener.accept(
                new TrainingEvent.Started(
                        rows.training().size(), plan.steps(), plan.epochs(), rows.cut()));

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
                        size -> rows.plan(job, student, settings, size),
                        CausalMemory.HINT);
        TrainingLoop.End end;
        try (NDManager manager = Torch.newManager();
                CausalLearner learner =
                        student.learner(
                                manager,
                                settings,
                                loop.weights(),
                                rows.divergence(),
                                rows.teacher(manager, job))) {
            loop.moments().ifPresent(learner.optimizer()::read);
            OnPolicy onPolicy =
                    new OnPolicy(
                            job.causal().onPolicy(), rows.ends(), job.maxLength(), config.seed());
            end = loop.run(plan, new Student(config, rows, learner, onPolicy, batchRows));
        }

        // 3. The best epoch's weights are the student.
        try (NDManager manager = Torch.newManager()) {
            student.write(manager, end.best());
        }
        return TrainingResult.of(
                end.state(),
                rows.training().size(),
                rows.cut(),
                job.output().resolve("model.safetensors"));
    }

    /** What the loop has in its hands. */
    private record Student(
            TrainConfig config,
            CausalRows rows,
            CausalLearner learner,
            OnPolicy onPolicy,
            BatchRows batchRows)
            implements Trainee<Sample> {
        @Override
        public List<List<Sample>> epoch(int epoch) {
            return Batches.epoch(
                    rows.training(), Sample::length, config.rowsPerStep(), config.seed(), epoch);
        }

        /** On the rows' answers or on the student's own. */
        @Override
        public StepOutcome step(List<Sample> batch, int number, double factor) {
            boolean own = onPolicy.is(number);
            List<Sample> learned = own ? onPolicy.write(learner.generator(), batch, number) : batch;
            CausalLearner.Source source =
                    own ? CausalLearner.Source.STUDENT : CausalLearner.Source.ROWS;
            return batchRows.fitting(
                    number, size -> learner.step(learned, number, factor, size, source));
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
            checkpoints.save(state, learner.weights().trained(), learner.optimizer());
        }

        @Override
        public String name(Sample sample) {
            return sample.id();
        }
    }
}
