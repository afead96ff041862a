package dev.distill.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.models.EncoderConfig.Dropout;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An encoder with a classification head, whichever architecture it is: it computes, and its {@link
 * Weights} are somebody else's.
 *
 * <p>Shapes: B texts, T tokens of the longest text, D hidden size, C labels. Results are float32
 * and belong to the manager of {@code ids}.
 *
 * <p>Not thread-safe: one thread at a time. Owns the program; whoever made it closes it.
 */
public final class Encoder implements AutoCloseable {
    /** What a computation is for. */
    public enum Mode {
        /** No dropout, no gradients. */
        INFERENCE,
        /** Dropout as configured; gradients for a surrounding collector. */
        TRAINING
    }

    private final NDManager manager;
    private final Program program;
    private final Map<String, NDArray> inference;
    private final Map<String, NDArray> training;

    /** An encoder of that shape; the program lives in a child of {@code parent}. */
    public Encoder(NDManager parent, EncoderConfig config, Precision precision) {
        Architecture architecture = config.architecture();
        manager = parent.newSubManager();
        program =
                Program.load(
                        manager,
                        Encoder.class,
                        architecture.modelType() + ".py",
                        architecture.programClass());
        inference = settings(config, Dropout.NONE, precision);
        training = settings(config, config.dropout(), precision);
    }

    /** What the programs call {@code c}. */
    private Map<String, NDArray> settings(
            EncoderConfig config, Dropout dropout, Precision precision) {
        Map<String, Number> numbers = new LinkedHashMap<>();
        numbers.put("num_hidden_layers", config.size().layers());
        numbers.put("num_attention_heads", config.size().heads());
        numbers.put("hidden_act", config.activation().code());
        numbers.put("layer_norm_eps", config.layerNormEps());
        numbers.put("hidden_dropout_prob", dropout.hidden());
        numbers.put("attention_probs_dropout_prob", dropout.attention());
        numbers.put("classifier_dropout", dropout.classifier());
        numbers.put("head", config.head().code());
        numbers.put("bf16", precision == Precision.BF16 ? 1 : 0);
        config.local()
                .ifPresent(
                        local -> {
                            numbers.put("local_attention", local.window());
                            numbers.put("full_theta", local.fullTheta());
                            numbers.put("sliding_theta", local.slidingTheta());
                        });
        Map<String, NDArray> settings = new LinkedHashMap<>();
        numbers.forEach((name, value) -> settings.put(name, manager.create(value.doubleValue())));
        config.local()
                .ifPresent(
                        local ->
                                settings.put(
                                        "full_attention",
                                        manager.create(
                                                local.full().stream()
                                                        .mapToDouble(full -> full ? 1 : 0)
                                                        .toArray())));
        return settings;
    }

    /**
     * The logits of a batch, (B, C).
     *
     * @param ids token numbers, (B, T) int64, padded on the right
     * @param mask (B, T), 0 for padding
     */
    public NDArray logits(Weights weights, NDArray ids, NDArray mask, Mode mode) {
        return call("logits", weights, ids, mask, mode);
    }

    /** The token vectors after the last block, (B, T, D); those of padding mean nothing. */
    public NDArray lastHiddenState(Weights weights, NDArray ids, NDArray mask, Mode mode) {
        return call("last_hidden_state", weights, ids, mask, mode);
    }

    private NDArray call(String method, Weights weights, NDArray ids, NDArray mask, Mode mode) {
        Program.Call call =
                program.call(method)
                        .weights(weights.asMap())
                        .dictionary("c", mode == Mode.TRAINING ? training : inference)
                        .tensor(ids)
                        .tensor(mask);
        return switch (mode) {
            case TRAINING -> call.record(ids.getManager()).singletonOrThrow();
            case INFERENCE -> call.run(ids.getManager()).singletonOrThrow();
        };
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
