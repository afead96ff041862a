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
import dev.distill.files.Digest;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import dev.distill.models.head.HeadPackage;
import dev.distill.models.head.HeadShape;
import dev.distill.trainer.Batches;
import dev.distill.trainer.Checkpoints;
import dev.distill.trainer.MetricsLog;
import dev.distill.trainer.Preflight;
import dev.distill.trainer.Schedule;
import dev.distill.trainer.TrainingErrors;
import dev.distill.trainer.TrainingEvent;
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
        Schedule schedule = Schedule.of(LrSchedulerType.COSINE, steps, 0);

        // 2. Texts become vectors.
        Instant embedding = clock.instant();
        Inputs inputs = embed(job, shape, listener, stop);
        double embeddingSeconds = secondsSince(embedding);
        double truncated =
                Preflight.truncatedShare(inputs.cut, job.training().size(), job.maxLength());
        listener.accept(
                new TrainingEvent.Started(
                        job.training().size(), steps, config.numTrainEpochs(), truncated));

        // 3. Begin anew, or at the newest checkpoint of this very job.
        Checkpoints checkpoints = new Checkpoints(job.work().resolve("checkpoints"));
        Digest digest = job.digest();
        long seed = job.train().seed();
        Optional<TrainingState> saved = checkpoints.newest(digest);
        TrainingState state =
                saved.orElse(TrainingState.begin(digest, perEpoch, seed, embeddingSeconds));
        MetricsLog metrics = new MetricsLog(job.work().resolve("metrics.jsonl"), state.step());
        saved.ifPresent(
                s ->
                        listener.accept(
                                new TrainingEvent.Resumed(s.step(), checkpoints.of(s.step()))));

        try (Network network = new Network(shape, config, job.train().kd(), schedule, seed)) {
            saved.ifPresent(s -> restore(network, checkpoints, s.step()));
            int savedStep = state.step();
            List<List<Integer>> epoch = List.of();
            while (state.step() < steps && !state.isStale(config.earlyStoppingPatience())) {
                // 4. Stopped? Everything up to here is kept.
                if (stop.getAsBoolean()) {
                    if (savedStep < state.step()) {
                        save(checkpoints, state, network, inputs.standardizer, listener);
                    }
                    throw TrainingErrors.interrupted(state.step(), steps);
                }

                // 5. One optimiser step.
                Instant begun = clock.instant();
                if (epoch.isEmpty() || state.cursor() == 0) {
                    epoch = epoch(job, state.epoch());
                }
                Examples.Batch batch = inputs.training.batch(epoch.get(state.cursor()));
                double factor = schedule.factor(state.step());
                Network.Outcome outcome =
                        network.step(batch.x(), batch.targets(), batch.size(), state.step() + 1);
                if (!outcome.isFinite()) {
                    throw diverged(state.step() + 1, outcome, batch.rows(), config);
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

                // 6. After an epoch: is it the best so far? Put it on the disk.
                if (state.cursor() == 0) {
                    Instant validating = clock.instant();
                    Score score = Score.of(network::logits, inputs.validation);
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
                    save(checkpoints, state, network, inputs.standardizer, listener);
                    savedStep = state.step();
                }
            }
        }

        // 7. The best epoch's network is the student.
        Path weights = job.output().resolve(HeadPackage.HEAD);
        Path kept = checkpoints.weights(state.bestStep().orElseThrow());
        AtomicFile.write(weights, out -> Files.copy(kept, out));
        return TrainingResult.of(state, job.training().size(), truncated, weights);
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

    /** The numbers of the rows of each step of an epoch, counted from 0. */
    private static List<List<Integer>> epoch(HeadJob job, int epoch) {
        List<Integer> numbers = IntStream.range(0, job.training().size()).boxed().toList();
        return Batches.epoch(
                numbers,
                _ -> 0, // vectors are all of one length
                job.config().perDeviceTrainBatchSize(),
                job.train().seed(),
                epoch);
    }

    private static void restore(Network network, Checkpoints checkpoints, int step) {
        try (NDManager manager = Torch.newManager();
                Weights head = Weights.read(manager, checkpoints.weights(step));
                Weights moments = Weights.read(manager, checkpoints.moments(step))) {
            network.restore(head, moments);
        }
    }

    private static void save(
            Checkpoints checkpoints,
            TrainingState state,
            Network network,
            Standardizer standardizer,
            Consumer<TrainingEvent> listener) {
        try (NDManager manager = Torch.newManager();
                Weights head = network.head(manager, standardizer);
                Weights moments = network.moments(manager)) {
            checkpoints.save(state, head, moments);
        }
        listener.accept(new TrainingEvent.Saved(state.step(), checkpoints.of(state.step())));
    }

    private double secondsSince(Instant begun) {
        return Duration.between(begun, clock.instant()).toNanos() / 1e9;
    }

    private static UserError diverged(
            int step, Network.Outcome outcome, List<TrainingRow> batch, HeadConfig config) {
        return TrainingErrors.diverged(
                step,
                outcome.loss(),
                outcome.gradientNorm(),
                batch.stream().map(TrainingRow::id).toList(),
                "lower the head's learning_rate (%s); the checkpoints are kept"
                        .formatted(config.learningRate()));
    }
}
