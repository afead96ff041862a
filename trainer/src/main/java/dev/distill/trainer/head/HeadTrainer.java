package dev.distill.trainer.head;

import ai.djl.ndarray.NDManager;
import dev.distill.config.ExitCode;
import dev.distill.config.HeadConfig;
import dev.distill.config.Problem;
import dev.distill.config.TrainConfig.Kd;
import dev.distill.config.TrainConfig.Loss;
import dev.distill.config.TrainConfig.LrSchedulerType;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import dev.distill.models.head.HeadPackage;
import dev.distill.models.head.HeadShape;
import dev.distill.trainer.Batches;
import dev.distill.trainer.Checkpoints;
import dev.distill.trainer.Preflight;
import dev.distill.trainer.Schedule;
import dev.distill.trainer.Score;
import dev.distill.trainer.StepOutcome;
import dev.distill.trainer.Trainee;
import dev.distill.trainer.TrainingErrors;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingLoop;
import dev.distill.trainer.TrainingResult;
import dev.distill.trainer.TrainingRow;
import dev.distill.trainer.TrainingState;
import dev.distill.trainer.TrainingState.Best;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Trains a student of kind {@code head}: texts are embedded once by an encoder that stays as it is,
 * and a small network learns from the teacher's probabilities and from labels. It ends when no
 * epoch has been better for a while.
 *
 * <p>A training that was stopped at any moment goes on from what is on the disk and ends, on the
 * same machine, with the very bytes that an undisturbed one ends with: vectors follow from the
 * texts; rows, learning rate and dropout of a step from the seed and the step's number; a
 * checkpoint holds the rest.
 *
 * <p>ND4J's and libtorch's threads and random generators belong to the process: one training at a
 * time.
 */
public final class HeadTrainer {
    private final InstantSource clock;

    public HeadTrainer(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Trains, or goes on with, a student.
     *
     * @param listener is told of every step, on the calling thread
     * @param stop asked before every step and every piece of the embedding
     * @return its {@code weights} are the arrays of a {@code head.safetensors}, its {@code seconds}
     *     those of the embedding too
     * @throws UserError with {@link ExitCode#INTERRUPTED} when it was stopped, and with {@link
     *     ExitCode#INVALID_INPUT} for rows that nothing can be learned from, for checkpoints of
     *     another job, and when the loss is no longer a number
     */
    public TrainingResult train(
            HeadJob job, Consumer<TrainingEvent> listener, BooleanSupplier stop) {
        HeadConfig config = job.config();
        HeadShape shape = job.shape();

        // 1. Look at settings and rows before anything costs time.
        checkLoss(job.train().kd());
        Preflight.check(job.labels(), job.training(), job.validation());
        int perEpoch =
                Batches.stepsPerEpoch(job.training().size(), config.perDeviceTrainBatchSize());
        int steps = perEpoch * config.numTrainEpochs();
        TrainingLoop.Plan plan =
                new TrainingLoop.Plan(
                        config.numTrainEpochs(),
                        Schedule.of(LrSchedulerType.COSINE, steps, 0),
                        config.learningRate(),
                        steps, // an epoch takes a second
                        Optional.of(config.earlyStoppingPatience()),
                        Best::beats,
                        "lower the head's learning_rate (%s); the checkpoints are kept"
                                .formatted(config.learningRate()));

        // 2. Texts become vectors.
        Instant embedding = clock.instant();
        Inputs inputs = embed(job, shape, listener, stop);
        double seconds = Duration.between(embedding, clock.instant()).toNanos() / 1e9;
        double truncated =
                Preflight.truncatedShare(inputs.cut, job.training().size(), job.maxLength());
        listener.accept(
                new TrainingEvent.Started(job.training().size(), steps, plan.epochs(), truncated));

        // 3. From random weights, or from where an earlier run got to, step by step.
        TrainingState fresh =
                TrainingState.fresh(job.digest(), perEpoch, job.train().seed()).after(seconds);
        TrainingLoop loop = new TrainingLoop(job.work(), fresh, clock, listener, stop);
        TrainingLoop.End end;
        try (Network network =
                new Network(shape, config, job.train().kd(), plan.schedule(), job.train().seed())) {
            loop.weights().ifPresent(head -> restore(network, head, loop.moments().orElseThrow()));
            end = loop.run(plan, new Student(job, inputs, network));
        }

        // 4. The best epoch's network is the student.
        Path weights = job.output().resolve(HeadPackage.HEAD);
        AtomicFile.write(weights, out -> Files.copy(end.best(), out));
        return TrainingResult.of(end.state(), job.training().size(), truncated, weights);
    }

    private static void checkLoss(Kd kd) {
        if (kd.loss() != Loss.FORWARD_KL) {
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.of(
                                    "kd.loss must be forward_kl for a student of kind head, got "
                                            + kd.loss().name().toLowerCase(Locale.ROOT))
                            .withHint("a student of kind encoder knows the others"));
        }
    }

    /** Rows with their vectors. */
    private record Inputs(
            Examples training, Examples validation, Standardizer standardizer, int cut) {}

    private static Inputs embed(
            HeadJob job, HeadShape shape, Consumer<TrainingEvent> listener, BooleanSupplier stop) {
        EmbeddingCache cache = new EmbeddingCache(job, listener, stop);
        try {
            EmbeddingCache.Result training = cache.embed(texts(job.training()));
            EmbeddingCache.Result validation = cache.embed(texts(job.validation()));
            Standardizer standardizer = Standardizer.of(training.embeddings());
            int classes = shape.labels().size();
            Kd kd = job.train().kd();
            double smoothing = job.train().labelSmoothingFactor();
            return new Inputs(
                    new Examples(
                            job.training(),
                            training.embeddings(),
                            standardizer,
                            classes,
                            kd,
                            smoothing),
                    new Examples(
                            job.validation(),
                            validation.embeddings(),
                            standardizer,
                            classes,
                            kd,
                            smoothing),
                    standardizer,
                    training.cut());
        } catch (EmbeddingCache.Stopped _) {
            throw TrainingErrors.interrupted("while texts were embedded");
        }
    }

    private static List<String> texts(List<TrainingRow> rows) {
        return rows.stream().map(TrainingRow::text).toList();
    }

    private static void restore(Network network, Path weights, Path moments) {
        try (NDManager manager = Torch.newManager();
                Weights head = Weights.read(manager, weights);
                Weights kept = Weights.read(manager, moments)) {
            network.restore(head, kept);
        }
    }

    /** What the loop has in its hands; it learns from rows by their numbers, from 0. */
    private record Student(HeadJob job, Inputs inputs, Network network)
            implements Trainee<Integer> {
        @Override
        public List<List<Integer>> epoch(int epoch) {
            List<Integer> numbers = IntStream.range(0, job.training().size()).boxed().toList();
            return Batches.epoch(
                    numbers,
                    _ -> 0, // vectors are all of one length
                    job.config().perDeviceTrainBatchSize(),
                    job.train().seed(),
                    epoch);
        }

        @Override
        public StepOutcome step(List<Integer> rows, int number, double factor) {
            Examples.Batch batch = inputs.training.batch(rows);
            return network.step(batch.x(), batch.targets(), batch.size(), number);
        }

        @Override
        public Score validate() {
            return Validation.score(network::logits, inputs.validation);
        }

        @Override
        public void save(Checkpoints checkpoints, TrainingState state) {
            try (NDManager manager = Torch.newManager();
                    Weights head = network.head(manager, inputs.standardizer);
                    Weights moments = network.moments(manager)) {
                checkpoints.save(state, head, moments);
            }
        }

        @Override
        public String name(Integer row) {
            return job.training().get(row).id();
        }
    }
}
