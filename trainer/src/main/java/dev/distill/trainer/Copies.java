package dev.distill.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.distill.models.Architecture;
import dev.distill.models.Precision;
import dev.distill.models.Program;
import dev.distill.models.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A student's weights as each of several threads needs them for a step: array objects of its own,
 * since a call names the arrays that it is given, over memory that all share. With {@link
 * Precision#BF16} the factors of products are rounded here, once for all threads and batches of a
 * step; the float32 weights stay the truth, which the optimiser changes.
 *
 * <p>Not thread-safe; whoever made it closes it.
 */
final class Copies implements AutoCloseable {
    private final Program program;
    private final Precision precision;
    private final List<String> factors;
    private final List<String> others;

    Copies(NDManager manager, Architecture architecture, List<String> names, Precision precision) {
        this.program = Program.load(manager, Copies.class, "copies.py", "Copies");
        this.precision = precision;
        this.factors = names.stream().filter(architecture::isFactor).toList();
        this.others = names.stream().filter(name -> !architecture.isFactor(name)).toList();
    }

    /** A map for each thread; {@code manager} owns the arrays, all of which need gradients. */
    List<Map<String, NDArray>> of(NDManager manager, Weights weights, int threads) {
        NDList arrays =
                program.call("forward")
                        .tensors("factors", factors.stream().map(weights::get).toList())
                        .tensors("others", others.stream().map(weights::get).toList())
                        .number(manager, precision == Precision.BF16 ? 1L : 0L)
                        .number(manager, (long) threads)
                        .record(manager); // what run returns cannot be differentiated by
        List<String> names = new ArrayList<>(factors);
        names.addAll(others);
        List<Map<String, NDArray>> maps = new ArrayList<>();
        for (List<NDArray> part : Batches.cut(arrays, names.size())) {
            Map<String, NDArray> map = new LinkedHashMap<>();
            for (int i = 0; i < names.size(); i++) {
                map.put(names.get(i), part.get(i));
            }
            maps.add(map);
        }
        return maps;
    }

    @Override
    public void close() {
        program.close();
    }
}
