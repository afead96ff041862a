package dev.distill.models.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.distill.models.Precision;
import dev.distill.models.Program;
import dev.distill.models.Shards;
import dev.distill.models.Weights;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Weights that do not change, in the type of the products: with {@link Precision#BF16} matrices are
 * rounded once, which halves their memory and spares each call the rounding. Norms, biases and
 * other vectors stay float32.
 *
 * <p>Java can only hand such arrays on and close them: asking a bfloat16 array anything ends the
 * process.
 *
 * <p>Not thread-safe; whoever made it closes it.
 */
public final class HeldWeights implements AutoCloseable {
    private final NDManager manager;
    private final Program program;
    private final Precision precision;
    private final Map<String, NDArray> arrays = new LinkedHashMap<>();

    private HeldWeights(NDManager parent, Precision precision) {
        this.manager = parent.newSubManager();
        this.program = Program.load(manager, HeldWeights.class, "rounding.py", "Rounding");
        this.precision = precision;
    }

    /** Copies of weights. */
    public static HeldWeights of(NDManager parent, Weights weights, Precision precision) {
        HeldWeights held = new HeldWeights(parent, precision);
        weights.asMap().forEach(held::add);
        return held;
    }

    /**
     * Reads the weights of a folder, one at a time.
     *
     * @throws dev.distill.config.UserError naming every file that is missing and every weight that
     *     is missing or has another shape
     */
    public static HeldWeights read(
            NDManager parent, Path folder, CausalConfig config, Precision precision) {
        HeldWeights held = new HeldWeights(parent, precision);
        try (NDManager reading = parent.newSubManager()) {
            Shards.read(
                    reading,
                    folder,
                    config.shapes(),
                    Names::plain,
                    (name, array) -> {
                        held.add(name, array);
                        array.close();
                    });
            return held;
        } catch (RuntimeException | Error e) {
            held.close();
            throw e;
        }
    }

    private void add(String name, NDArray array) {
        boolean rounded = precision == Precision.BF16 && array.getShape().dimension() > 1;
        NDList copy =
                program.call(rounded ? "rounded" : "copied")
                        .tensors("p", List.of(array))
                        .record(manager); // so that adapters beside them can learn
        arrays.put(name, copy.singletonOrThrow());
    }

    /** A live, unmodifiable view, as {@link CausalLm} takes it. */
    public Map<String, NDArray> asMap() {
        return Collections.unmodifiableMap(arrays);
    }

    @Override
    public void close() {
        program.close();
        manager.close();
        arrays.clear();
    }
}
