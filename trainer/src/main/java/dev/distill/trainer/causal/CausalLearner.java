package dev.distill.trainer.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.distill.config.TrainConfig;
import dev.distill.models.Encoder.Mode;
import dev.distill.models.Torch;
import dev.distill.models.causal.CausalLm;
import dev.distill.models.causal.Generator;
import dev.distill.trainer.Batches;
import dev.distill.trainer.Optimizer;
import dev.distill.trainer.Score;
import dev.distill.trainer.StepOutcome;
import dev.distill.trainer.TokenLosses;
import dev.distill.trainer.TokenLosses.Gradient;
import dev.distill.trainer.TokenLosses.Output;
import dev.distill.trainer.TokenLosses.Positions;
import dev.distill.trainer.TokenTeacher;
import dev.distill.trainer.causal.Learning.Onto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A language model that learns: its weights, the decoder that computes with them, the losses over
 * tokens and the optimiser. A batch of a step goes forward through the layers, through the loss
 * from the last vectors and back to them, and from there to all gradients; with gradient
 * checkpointing only what passes between layers is kept.
 *
 * <p>Dropout is seeded anew for each batch from the seed and the step's number.
 *
 * <p>Not thread-safe; whoever made it closes it, its weights included.
 */
final class CausalLearner implements AutoCloseable {
    private final NDManager manager;
    private final Settings settings;
    private final CausalLm lm;
    private final StudentWeights weights;
    private final Optional<LocalTeacher> teacher;
    private final Map<Source, TokenLosses> losses;
    private final Learning learning;
    private final Optimizer optimizer;
    private final Map<String, NDArray> sums = new TreeMap<>();

    /** Whose answers a step learns from. */
    enum Source {
        /** The rows': cross-entropy and divergence. */
        ROWS,
        /** The student's own: the divergence from the teacher alone. */
        STUDENT
    }

    /**
     * How a learner goes about its work.
     *
     * @param width most tokens of a packed row; 0 gives each sample a row of its own
     * @param checkpointing whether layers are computed again on the way back
     */
    record Settings(TrainConfig train, int width, boolean checkpointing) {}

    /** A learner that takes over all that it is given, with a fresh optimiser. */
    CausalLearner(
            NDManager parent,
            Settings settings,
            CausalLm lm,
            StudentWeights weights,
            Optional<LocalTeacher> teacher,
            Map<Source, TokenLosses> losses,
            Learning learning) {
        this.manager = parent.newSubManager();
        this.settings = settings;
        this.lm = lm;
        this.weights = weights;
        this.teacher = teacher;
        this.losses = losses;
        this.learning = learning;
        this.optimizer = new Optimizer(manager, weights.trained(), settings.train);
        for (String name : optimizer.names()) {
            sums.put(name, manager.zeros(weights.trained().get(name).getShape()));
        }
    }

    /**
     * Learns from the samples of an optimiser step, in as many batches as they need.
     *
     * @param number of the step, from 1
     * @param factor share of the peak learning rate
     * @param microBatch most samples of a batch
     */
    StepOutcome step(
            List<Sample> samples, int number, double factor, int microBatch, Source source) {
        TokenLosses loss = losses(source);
        long positions = positions(samples);
        SplittableRandom seeds =
                new SplittableRandom(settings.train.seed() + 0x9E3779B97F4A7C15L * number);
        double mean = 0;
        Onto onto = Onto.NOTHING;
        for (List<Sample> part : Batches.cut(samples, microBatch)) {
            try (NDManager step = manager.newSubManager()) {
                int seed = seeds.nextInt();
                CausalBatch batch = CausalBatch.of(step, rows(part));
                mean += learn(step, batch, loss, positions, seed, onto);
            }
            onto = Onto.SUM;
        }
        if (!Double.isFinite(mean)) {
            return new StepOutcome(mean, Double.NaN);
        }
        try (NDManager step = manager.newSubManager()) {
            double norm = optimizer.step(step, sums(optimizer.names()), number, factor);
            weights.refresh(step);
            return new StepOutcome(mean, norm);
        }
    }

    /**
     * A batch forward and back. Layers go in groups: what a group was given is kept, and all groups
     * but the last are computed again on the way back. Without checkpointing there is one group.
     */
    private double learn(
            NDManager step,
            CausalBatch batch,
            TokenLosses loss,
            long positions,
            int seed,
            Onto onto) {
        TokenTeacher thinks = teacher(step, batch);
        Map<String, NDArray> all = weights.forProgram();
        NDList context = lm.context(batch.rows());
        int layers = lm.config().layers().size();
        int size = settings.checkpointing ? 1 : layers;
        int last = layers - size;
        boolean embeds = weights.trainsEmbedding();
        List<NDArray> given = new ArrayList<>();
        NDArray embedded = lm.embed(all, batch.rows(), Mode.TRAINING);
        given.add(embeds ? learning.leaf(step, embedded) : embedded);
        for (int i = 0; i < last; i += size) {
            Torch.seed(seed + i);
            NDArray x = given.getLast();
            try (NDArray out = lm.layers(all, context, x, i, i + size, Mode.TRAINING)) {
                given.add(learning.leaf(step, out));
            }
        }
        Torch.seed(seed + last);
        NDArray out = lm.layers(all, context, given.getLast(), last, layers, Mode.TRAINING);
        NDArray hidden = lm.finalNorm(all, out, Mode.TRAINING);
        Gradient gradient =
                loss.train(
                        step,
                        new Positions(hidden, batch.places(), weights.output(), batch.targets()),
                        thinks,
                        positions,
                        weights.trainsOutput() ? Output.TRAINED : Output.FROZEN);
        if (weights.trainsOutput()) {
            learning.take(step, sum(weights.outputName()), gradient.ofOutput(), onto);
        }
        NDArray back = gradient.ofHidden();
        for (int i = last; i >= 0; i -= size) {
            if (i < last) {
                Torch.seed(seed + i);
                hidden = lm.layers(all, context, given.getLast(), i, i + size, Mode.TRAINING);
            }
            NDArray x = given.removeLast();
            List<String> names = weights.between(i, i + size, i == last);
            back =
                    learning.backward(
                            step,
                            hidden,
                            back,
                            i > 0 || embeds ? Optional.of(x) : Optional.empty(),
                            weights.leaves(names),
                            sums(names),
                            onto);
            hidden.close();
            x.close();
        }
        if (embeds) {
            NDArray sum = sum(StudentWeights.EMBEDDING);
            boolean begun = weights.outputName().equals(StudentWeights.EMBEDDING);
            lm.embedBack(batch.rows(), back, sum, begun || onto == Onto.SUM);
        }
        return gradient.loss();
    }

    private TokenTeacher teacher(NDManager step, CausalBatch batch) {
        return teacher.isPresent() ? teacher.get().thinks(step, batch) : batch.hints();
    }

    private List<NDArray> sums(List<String> names) {
        List<NDArray> found = new ArrayList<>();
        names.forEach(name -> found.add(sum(name)));
        return found;
    }

    private NDArray sum(String name) {
        return Objects.requireNonNull(sums.get(name), name);
    }

    private List<List<Sample>> rows(List<Sample> samples) {
        return settings.width > 0 ? Packing.rows(samples, settings.width) : Packing.apart(samples);
    }

    /** Answers validation samples, without dropout. */
    Score validate(List<Sample> samples, int microBatch) {
        long positions = positions(samples);
        double loss = 0;
        long hits = 0;
        for (List<Sample> part : Batches.cut(samples, microBatch)) {
            try (NDManager step = manager.newSubManager()) {
                CausalBatch batch = CausalBatch.of(step, rows(part));
                TokenTeacher thinks = teacher(step, batch);
                NDArray hidden =
                        lm.hiddenStates(weights.forProgram(), batch.rows(), Mode.INFERENCE);
                TokenLosses.Sums sums =
                        losses(Source.ROWS)
                                .validate(
                                        step,
                                        new Positions(
                                                hidden,
                                                batch.places(),
                                                weights.output(),
                                                batch.targets()),
                                        thinks,
                                        positions);
                loss += sums.loss();
                hits += sums.hits();
            }
        }
        return new Score((double) hits / positions, loss);
    }

    private TokenLosses losses(Source source) {
        return Objects.requireNonNull(losses.get(source), "no loss for answers of " + source);
    }

    /** Lets the student write as it is now. */
    Generator generator() {
        return new Generator(manager, lm, weights.forProgram());
    }

    private static long positions(List<Sample> samples) {
        return samples.stream().mapToLong(Sample::targets).sum();
    }

    /** The gradients of the last step as they were applied, by the names of the weights. */
    Map<String, NDArray> gradients() {
        return Collections.unmodifiableMap(sums);
    }

    StudentWeights weights() {
        return weights;
    }

    Optimizer optimizer() {
        return optimizer;
    }

    @Override
    public void close() {
        optimizer.close();
        learning.close();
        losses.values().forEach(TokenLosses::close);
        teacher.ifPresent(LocalTeacher::close);
        weights.close();
        lm.close();
        manager.close();
    }
}
