package dev.distill.trainer.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.models.Precision;
import dev.distill.models.Weights;
import dev.distill.models.causal.HeldWeights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a student that learns, as the decoder takes them. Those that are trained are
 * float32 and are what the optimiser changes. In bfloat16, products use copies that are rounded
 * once after each step, and frozen weights are held in bfloat16 alone.
 *
 * <p>The embedding needs a copy only where it is also the output matrix: a look-up rounds the rows
 * that it finds. Its gradient does not pass through a leaf, since few rows have one.
 *
 * <p>Not thread-safe; owns its arrays, those of {@code trained} included.
 */
final class StudentWeights implements AutoCloseable {
    static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String LAYER = "model.layers.";
    private static final String NORM = "model.norm.weight";

    private final NDManager manager;
    private final Learning learning;
    private final Weights trained;
    private final @Nullable HeldWeights frozen;
    private final String outputName;
    private final Map<String, NDArray> forProgram = new LinkedHashMap<>();
    private final Map<String, NDArray> copies = new LinkedHashMap<>();
    private final Map<String, NDArray> leaves = new LinkedHashMap<>();
    private final NDArray output;

    /**
     * @param trained float32, taken over
     * @param frozen taken over; null where all weights are trained
     * @param outputName of the output matrix, which is among them
     */
    StudentWeights(
            NDManager parent,
            Learning learning,
            Weights trained,
            @Nullable HeldWeights frozen,
            String outputName,
            Precision precision) {
        this.manager = parent.newSubManager();
        this.learning = learning;
        this.trained = trained;
        this.frozen = frozen;
        this.outputName = outputName;
        if (frozen != null) {
            forProgram.putAll(frozen.asMap());
        }
        for (String name : trained.names()) {
            NDArray array = trained.get(name);
            NDArray computing = array;
            boolean lookedUp = name.equals(EMBEDDING) && !name.equals(outputName);
            if (precision == Precision.BF16 && array.getShape().dimension() > 1 && !lookedUp) {
                copies.put(name, learning.rounded(manager, List.of(array)).singletonOrThrow());
                computing = find(copies, name);
            }
            NDArray leaf = learning.leaf(manager, computing);
            leaves.put(name, leaf);
            forProgram.put(name, leaf);
        }
        this.output = find(copies.containsKey(outputName) ? copies : forProgram, outputName);
    }

    private static NDArray find(Map<String, NDArray> arrays, String name) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("no weight named " + name);
        }
        return array;
    }

    /** All weights, as a decoder takes them. */
    Map<String, NDArray> forProgram() {
        return forProgram;
    }

    /** The trained weights in float32. */
    Weights trained() {
        return trained;
    }

    /** The output matrix in the type of the products. */
    NDArray output() {
        return output;
    }

    /** Whether the output matrix is trained, under this name. */
    boolean trainsOutput() {
        return leaves.containsKey(outputName);
    }

    /** Whether the vectors of the tokens are trained. */
    boolean trainsEmbedding() {
        return leaves.containsKey(EMBEDDING);
    }

    String outputName() {
        return outputName;
    }

    /** The arrays to which gradients flow, by the names of the trained weights. */
    List<NDArray> leaves(List<String> names) {
        List<NDArray> found = new ArrayList<>();
        names.forEach(name -> found.add(find(leaves, name)));
        return found;
    }

    /**
     * The names of the trained weights of some layers.
     *
     * @param end number after the last layer
     * @param andNorm whether with that of the norm behind the last of all layers
     */
    List<String> between(int first, int end, boolean andNorm) {
        return trained.names().stream()
                .filter(
                        name ->
                                name.equals(NORM)
                                        ? andNorm
                                        : name.startsWith(LAYER) && isIn(name, first, end))
                .toList();
    }

    private static boolean isIn(String name, int first, int end) {
        int dot = name.indexOf('.', LAYER.length());
        int layer = Integer.parseInt(name.substring(LAYER.length(), dot));
        return first <= layer && layer < end;
    }

    /** Rounds the trained weights anew, after the optimiser changed them. */
    void refresh(NDManager step) {
        if (!copies.isEmpty()) {
            List<NDArray> changed = copies.keySet().stream().map(trained::get).toList();
            learning.refresh(step, List.copyOf(copies.values()), changed);
        }
    }

    @Override
    public void close() {
        trained.close();
        if (frozen != null) {
            frozen.close();
        }
        manager.close();
    }
}
