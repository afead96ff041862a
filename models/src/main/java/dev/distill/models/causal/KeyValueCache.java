package dev.distill.models.causal;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

/**
 * What the tokens so far left for those to come: keys and values of layers with attention, states
 * of layers of delta rule, positions and segments. {@link CausalLm#newCache} makes it and {@link
 * CausalLm#extend} adds to it.
 *
 * <p>Not thread-safe. Owns its arrays; whoever asked for it closes it.
 */
public final class KeyValueCache implements AutoCloseable {
    private final NDManager manager;
    private NDList arrays;
    private int capacity;
    private int used;

    KeyValueCache(NDManager manager, NDList arrays, int capacity) {
        this.manager = manager;
        this.arrays = arrays;
        this.capacity = capacity;
    }

    NDManager manager() {
        return manager;
    }

    NDList arrays() {
        return arrays;
    }

    /** Puts other arrays in the place of these. */
    void replace(NDList others, int newCapacity) {
        NDList old = arrays;
        arrays = others;
        capacity = newCapacity;
        old.close();
    }

    void add(int tokens) {
        used += tokens;
    }

    /** How many tokens of each row, padding counted, are in it. */
    public int used() {
        return used;
    }

    /** How many there is room for. */
    public int capacity() {
        return capacity;
    }

    @Override
    public void close() {
        manager.close();
    }
}
