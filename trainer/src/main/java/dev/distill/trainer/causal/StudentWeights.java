package dev.distill.trainer.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.models.Precision;
import dev.distill.models.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The weights of a student that learns, as the decoder takes them. Those that are trained are
 * float32 and are what the optimiser changes. In bfloat16, products use copies that are rounded
 * once after each step, and frozen weights are held in bfloat16 alone.
 *
 * <p>The embedding of trained tokens stays in float32 where it is looked up: its gradient adds up
 * over all places of a token, which bfloat16 would lose. Where it is also the output matrix, its
 * copy is for that product.
 *
 * <p>Not thread-safe; owns its arrays, those of {@code trained} included.
 */
final class StudentWeights implements AutoCloseable {
    static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String LAYER = "model.layers.";

    private final NDManager manager;
    private final Learning learning;
    private final Weights trained;
    private final String outputName;
    private final Map<String, NDArray> forProgram = new LinkedHashMap<>();
    private final Map<String, NDArray> copies = new LinkedHashMap<>();
    private final Map<String, NDArray> leaves = new LinkedHashMap<>();
    private NDArray output;

    /**
     * @param trained float32, taken over
     * @param frozen float32, taken over
     * @param outputName of the output matrix, which is among them
     */
    StudentWeights(
            NDManager parent,
            Learning learning,
            Weights trained,
            Weights frozen,
            String outputName,
            Precision precision) {
        this.manager = parent.newSubManager();
        this.learning = learning;
        this.trained = trained;
        this.outputName = outputName;
        boolean bf16 = precision == Precision.BF16;
        for (String name : frozen.names()) {
            NDArray array = frozen.get(name);
            if (bf16 && array.getShape().dimension() > 1) {
                forProgram.put(name, rounded(array));
                frozen.remove(name);
            } else {
                array.attach(manager);
                forProgram.put(name, array);
            }
        }
        for (String name : trained.names()) {
            NDArray array = trained.get(name);
            NDArray computing = array;
            if (bf16 && array.getShape().dimension() > 1) {
                copies.put(name, rounded(array));
                computing = name.equals(EMBEDDING) ? array : copy(name);
            }
            NDArray leaf = learning.leaf(manager, computing);
            leaves.put(name, leaf);
            forProgram.put(name, leaf);
        }
        this.output = copies.containsKey(outputName) ? copy(outputName) : forProgram(outputName);
    }

    private NDArray rounded(NDArray array) {
        return learning.rounded(manager, List.of(array)).singletonOrThrow();
    }

    private NDArray copy(String name) {
        return find(copies, name);
    }

    private NDArray forProgram(String name) {
        return find(forProgram, name);
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

    String outputName() {
        return outputName;
    }

    /** The arrays to which gradients flow, by the names of the trained weights. */
    List<NDArray> leaves(List<String> names) {
        List<NDArray> found = new ArrayList<>();
        names.forEach(name -> found.add(find(leaves, name)));
        return found;
    }

    /** The names of the trained weights of a layer. */
    List<String> ofLayer(int layer) {
        return names(name -> name.startsWith(LAYER + layer + "."));
    }

    /** The names of the trained weights that a predicate takes. */
    List<String> names(Predicate<String> wanted) {
        return trained.names().stream().filter(wanted).toList();
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
        manager.close();
    }
}
