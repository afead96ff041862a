package dev.distill.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.distill.config.TrainConfig;
import dev.distill.models.Program;
import dev.distill.models.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * AdamW over all weights of a student (Loshchilov and Hutter 2019, arXiv 1711.05101), with the
 * gradient's global norm clipped. The head, which starts from random numbers, has a learning rate
 * of its own; biases and layer norms do not decay.
 *
 * <p>The arithmetic is in {@code optimizer.py}, in float32, fused over all weights of a group. The
 * weights are changed in place.
 *
 * <p>Not thread-safe; whoever made it closes it.
 */
public final class Optimizer implements AutoCloseable {
    private static final String MEAN = "exp_avg.";
    private static final String MEAN_SQUARE = "exp_avg_sq.";

    private final NDManager manager;
    private final Program program;
    private final Weights weights;
    private final List<Group> groups;
    private final double maxGradNorm;
    private Weights moments;

    /** Weights that share a peak learning rate and a decay. */
    private record Group(double learningRate, double weightDecay, List<String> names) {}

    /** An optimiser with all moments at 0. */
    public Optimizer(NDManager parent, Weights weights, TrainConfig config) {
        this.manager = parent.newSubManager();
        this.program = Program.load(manager, Optimizer.class, "optimizer.py", "Optimizer");
        this.weights = weights;
        this.groups = groups(weights.names(), config);
        this.maxGradNorm = config.maxGradNorm();
        this.moments = new Weights(manager);
        for (String name : names()) {
            moments.put(MEAN + name, manager.zeros(weights.get(name).getShape()));
            moments.put(MEAN_SQUARE + name, manager.zeros(weights.get(name).getShape()));
        }
    }

    private static List<Group> groups(List<String> names, TrainConfig config) {
        Map<List<Double>, List<String>> groups = new LinkedHashMap<>();
        for (String name : names) {
            double rate = isHead(name) ? config.headLearningRate() : config.learningRate();
            double decay = decays(name) ? config.weightDecay() : 0;
            groups.computeIfAbsent(List.of(rate, decay), _ -> new ArrayList<>()).add(name);
        }
        return groups.entrySet().stream()
                .map(
                        e ->
                                new Group(
                                        e.getKey().get(0),
                                        e.getKey().get(1),
                                        List.copyOf(e.getValue())))
                .toList();
    }

    private static boolean isHead(String name) {
        return name.startsWith("classifier.") || name.startsWith("head.");
    }

    private static boolean decays(String name) {
        return !name.endsWith(".bias")
                && !name.contains("LayerNorm")
                && !name.contains("layer_norm")
                && !name.endsWith("norm.weight");
    }

    /** The names of the weights in the order in which {@link #step} takes their gradients. */
    public List<String> names() {
        return groups.stream().flatMap(group -> group.names().stream()).toList();
    }

    /**
     * Adds up the gradients of a batch's parts, in float32 and in the order of the parts.
     *
     * @param parts for each part the gradients of {@link #names}, of which some may be bfloat16;
     *     their values are used up
     */
    List<NDArray> total(NDManager step, List<? extends List<NDArray>> parts) {
        return program.call("total")
                .tensors("g", parts.stream().flatMap(List::stream).toList())
                .number(step, (long) parts.size())
                .run(step);
    }

    /** Adds gradients of the same step to others, in place. */
    void add(NDManager step, List<NDArray> gradients, List<NDArray> more) {
        program.call("add").tensors("g", gradients).tensors("more", more).run(step);
    }

    /**
     * Clips and applies the gradients of a whole step.
     *
     * @param gradients of {@link #names}; their values are used up
     * @param number of the step, from 1: AdamW corrects the bias of its first means by it
     * @param factor share of the peak learning rates
     * @return the global norm before clipping; when it is not finite, nothing was changed
     */
    public double step(NDManager step, List<NDArray> gradients, int number, double factor) {
        NDList clip =
                program.call("clip").tensors("g", gradients).number(step, maxGradNorm).run(step);
        int start = 0;
        for (Group group : groups) {
            int end = start + group.names.size();
            program.call("adamw")
                    .tensors("p", arrays("", weights, group.names))
                    .tensors("g", gradients.subList(start, end))
                    .tensors("m", arrays(MEAN, moments, group.names))
                    .tensors("v", arrays(MEAN_SQUARE, moments, group.names))
                    .tensor(step.create((float) number))
                    .number(step, group.learningRate * factor)
                    .number(step, group.weightDecay)
                    .tensor(clip.get(1))
                    .tensor(clip.get(2))
                    .run(step);
            start = end;
        }
        return clip.get(0).getFloat();
    }

    private static List<NDArray> arrays(String prefix, Weights from, List<String> names) {
        return names.stream().map(name -> from.get(prefix + name)).toList();
    }

    /** Writes the moments as safetensors. */
    public void write(Path file) {
        moments.write(file);
    }

    /** Reads the moments that {@link #write} wrote. */
    public void read(Path file) {
        Weights old = moments;
        moments = Weights.read(manager, file);
        old.close();
    }

    @Override
    public void close() {
        program.close();
        moments.close();
        manager.close();
    }
}
