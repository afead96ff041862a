package dev.distill.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.distill.models.Architecture.Dropouts;
import dev.distill.models.EncoderConfig.Dropout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An encoder with a classification head, whichever architecture it is: it computes, and its {@link
 * Weights} are somebody else's.
 *
 * <p>Shapes: B texts, T tokens of the longest text, D hidden size, C labels. Results are float32
 * and belong to the manager of {@code ids}.
 *
 * <p>Not thread-safe: one thread at a time, and a thread's weights are its own array objects. Owns
 * the program; whoever made it closes it.
 */
public final class Encoder implements AutoCloseable {
    /** What a computation is for. */
    public enum Mode {
        /** No dropout, no gradients. */
        INFERENCE,
        /** Dropout as configured, other each time; gradients for a surrounding collector. */
        TRAINING
    }

    private final NDManager manager;
    private final Program program;
    private final EncoderConfig config;
    private final Map<String, NDArray> inference;
    private final Map<String, NDArray> training;

    /** An encoder of that shape; the program lives in a child of {@code parent}. */
    public Encoder(NDManager parent, EncoderConfig config, Precision precision) {
        Architecture architecture = config.architecture();
        manager = parent.newSubManager();
        this.config = config;
        program =
                Program.load(
                        manager,
                        Encoder.class,
                        architecture.modelType() + ".py",
                        architecture.programClass());
        inference = settings(config, Dropout.NONE, precision);
        training = settings(config, config.dropout(), precision);
    }

    /** What the programs call {@code c}, without dropout; it is closed with this. */
    Map<String, NDArray> settings() {
        return inference;
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

    /**
     * The logits of a batch with dropout, (B, C), recorded for gradients.
     *
     * @param weights by name; those of {@link Architecture#isFactor} may be bfloat16
     * @param seed which numbers are dropped follows from it
     */
    public NDArray train(Map<String, NDArray> weights, NDArray ids, NDArray mask, long seed) {
        return recorded("logits", weights, ids, mask, seed);
    }

    /** The logits of a batch without dropout, (B, C), for weights as {@link #train} takes them. */
    public NDArray answer(Map<String, NDArray> weights, NDArray ids, NDArray mask) {
        return answer("logits", weights, ids, mask);
    }

    private NDArray call(String method, Weights weights, NDArray ids, NDArray mask, Mode mode) {
        if (mode == Mode.TRAINING) {
            try (NDArray seed =
                    manager.randomInteger(0, Long.MAX_VALUE, new Shape(1), DataType.INT64)) {
                return recorded(method, weights.asMap(), ids, mask, seed.getLong());
            }
        }
        return answer(method, weights.asMap(), ids, mask);
    }

    private NDArray answer(String method, Map<String, NDArray> weights, NDArray ids, NDArray mask) {
        return program.call(method)
                .weights(weights)
                .dictionary("c", inference)
                .tensor(ids)
                .tensor(mask)
                .run(ids.getManager())
                .singletonOrThrow();
    }

    private NDArray recorded(
            String method, Map<String, NDArray> weights, NDArray ids, NDArray mask, long seed) {
        try (NDManager drawing = manager.newSubManager()) {
            Map<String, NDArray> settings = new LinkedHashMap<>(training);
            draw(drawing, settings, ids.getShape(), seed);
            return program.call(method)
                    .weights(weights)
                    .dictionary("c", settings)
                    .tensor(ids)
                    .tensor(mask)
                    .record(ids.getManager())
                    .singletonOrThrow();
        }
    }

    /** What the programs look up as {@code kept.NAME}, for each dropout that is on. */
    private void draw(NDManager drawing, Map<String, NDArray> settings, Shape ids, long seed) {
        Dropout dropout = config.dropout();
        Dropouts numbers = config.architecture().dropouts(config.size(), ids.get(0), ids.get(1));
        List<Draw> draws =
                List.of(
                        new Draw("hidden_dropout_prob", dropout.hidden(), numbers.hidden()),
                        new Draw(
                                "attention_probs_dropout_prob",
                                dropout.attention(),
                                numbers.attention()),
                        new Draw(
                                "classifier_dropout",
                                dropout.classifier(),
                                ids.get(0) * config.size().hidden()));
        long next = seed;
        for (Draw draw : draws) {
            next = next * 6364136223846793005L + 1442695040888963407L;
            if (draw.probability > 0) {
                settings.put(
                        "kept." + draw.name,
                        DropoutDraws.kept(drawing, next, draw.count, draw.probability));
            }
        }
    }

    private record Draw(String name, double probability, long count) {}

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
