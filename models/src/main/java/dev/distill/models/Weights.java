package dev.distill.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's weights: float32 arrays under their Hugging Face names, in the order of the file they
 * came from. Owns its arrays; whoever made it closes it.
 *
 * <p>Not thread-safe.
 */
public final class Weights implements AutoCloseable {
    private final NDManager manager;
    private final Map<String, NDArray> arrays = new LinkedHashMap<>();

    /** No weights yet; the arrays to come live in a child of {@code parent}. */
    public Weights(NDManager parent) {
        this.manager = parent.newSubManager();
    }

    /**
     * Reads a safetensors file tensor by tensor; float16 and bfloat16 are widened to float32.
     *
     * @throws dev.distill.config.UserError when the file is missing, damaged or has other types
     */
    public static Weights read(NDManager parent, Path file) {
        Weights weights = new Weights(parent);
        try {
            Safetensors.read(file, weights.manager, _ -> true, weights.arrays::put);
            return weights;
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    /** Writes a safetensors file: equal weights give equal bytes. The file is whole or absent. */
    public void write(Path file) {
        Safetensors.write(file, arrays);
    }

    /** Writes the same file with other arrays in the places of some. */
    public void write(Path file, Map<String, NDArray> instead) {
        Map<String, NDArray> all = new LinkedHashMap<>(arrays);
        all.putAll(instead);
        Safetensors.write(file, all);
    }

    /** Takes over an array, replacing and closing one of the same name. */
    public void put(String name, NDArray array) {
        if (array.getDataType() != DataType.FLOAT32) {
            throw new IllegalArgumentException(
                    name + " must be float32, is " + array.getDataType());
        }
        array.attach(manager);
        NDArray old = arrays.put(name, array);
        if (old != null) {
            old.close();
        }
    }

    /** Closes and forgets an array, if there is one of that name. */
    public void remove(String name) {
        NDArray old = arrays.remove(name);
        if (old != null) {
            old.close();
        }
    }

    /**
     * The array of that name.
     *
     * @throws IllegalArgumentException when there is none
     */
    public NDArray get(String name) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("no weight named " + name);
        }
        return array;
    }

    /** Whether there is an array of that name. */
    public boolean contains(String name) {
        return arrays.containsKey(name);
    }

    /** The names in order. */
    public List<String> names() {
        return List.copyOf(arrays.keySet());
    }

    /** Names and shapes. */
    public Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        arrays.forEach((name, array) -> shapes.put(name, array.getShape()));
        return shapes;
    }

    /** A live, unmodifiable view, as programs take it. */
    public Map<String, NDArray> asMap() {
        return Collections.unmodifiableMap(arrays);
    }

    /** How many numbers the weights hold together. */
    public long parameterCount() {
        return arrays.values().stream().mapToLong(NDArray::size).sum();
    }

    /** The same values in arrays of their own. */
    public Weights copy(NDManager parent) {
        Weights copy = new Weights(parent);
        arrays.forEach((name, array) -> copy.put(name, array.duplicate()));
        return copy;
    }

    /** Lets gradients flow to every array. */
    public void requireGradients() {
        arrays.values().forEach(array -> array.setRequiresGradient(true));
    }

    @Override
    public void close() {
        manager.close();
        arrays.clear();
    }
}
