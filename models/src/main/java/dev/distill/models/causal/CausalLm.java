package dev.distill.models.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.distill.models.Encoder.Mode;
import dev.distill.models.Precision;
import dev.distill.models.Program;
import dev.distill.models.causal.CausalConfig.Layer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A decoder of whichever family: it computes, and its weights are somebody else's, given with each
 * call under Hugging Face's names. Adapters are further weights under PEFT's names ({@link
 * LoraScaling}).
 *
 * <p>Shapes: B rows, T tokens of the longest row, D hidden size, V vocabulary. What passes between
 * methods has the precision's type: in bfloat16, Java may only hand such arrays on and close them.
 * Weights are float32, or bfloat16 held from a program, in any mixture. Results belong to the
 * manager of the array after the weights.
 *
 * <p>{@link #hiddenStates} is all layers in one call. Whoever recomputes layers for their gradients
 * takes {@link #context}, {@link #embed}, {@link #layers} and {@link #finalNorm} one by one, to the
 * same numbers.
 *
 * <p>Not thread-safe: one thread at a time. Owns the program; whoever made it closes it.
 */
public final class CausalLm implements AutoCloseable {
    private static final int FLOAT32 = 6; // libtorch's numbers of types
    private static final int BFLOAT16 = 15;

    private final NDManager manager;
    private final CausalConfig config;
    private final Program program;
    private final Map<String, NDArray> inference;
    private final Map<String, NDArray> training;

    /** A decoder without adapters; the program lives in a child of {@code parent}. */
    public CausalLm(NDManager parent, CausalConfig config, Precision precision) {
        this(parent, config, precision, LoraScaling.NONE);
    }

    /** A decoder with adapters. */
    public CausalLm(
            NDManager parent, CausalConfig config, Precision precision, LoraScaling adapters) {
        this.manager = parent.newSubManager();
        this.config = config;
        this.program = Program.load(manager, CausalLm.class, "decoder.py", "Decoder");
        this.inference = settings(precision, adapters, 0);
        this.training = settings(precision, adapters, adapters.dropout());
    }

    /** What the program calls {@code c}. */
    private Map<String, NDArray> settings(
            Precision precision, LoraScaling adapters, double dropout) {
        CausalConfig.Attention attention = config.attention();
        boolean scaled = config.family() == Family.GEMMA3;
        Map<String, Number> numbers = new LinkedHashMap<>();
        numbers.put("dtype", precision == Precision.BF16 ? BFLOAT16 : FLOAT32);
        numbers.put("num_hidden_layers", config.layers().size());
        numbers.put("num_attention_heads", config.size().heads());
        numbers.put("num_key_value_heads", config.size().keyValueHeads());
        numbers.put("head_dim", config.size().headSize());
        numbers.put("hidden_act", config.activation().code());
        numbers.put("rms_norm_eps", config.rmsNormEps());
        numbers.put("norm_offset", config.family().normsFromOne() ? 1 : 0);
        numbers.put("sandwich_norms", config.family().sandwichNorms() ? 1 : 0);
        numbers.put("embedding_scale", scaled ? Math.sqrt(config.size().hidden()) : 1);
        numbers.put("attention_scale", attention.scale());
        numbers.put("attn_logit_softcapping", attention.logitSoftcapping());
        numbers.put("final_logit_softcapping", config.finalLogitSoftcapping());
        numbers.put("sliding_window", attention.slidingWindow());
        numbers.put("tie_word_embeddings", config.tiedEmbeddings() ? 1 : 0);
        numbers.put("linear_num_key_heads", config.deltaRule().keyHeads());
        numbers.put("linear_num_value_heads", config.deltaRule().valueHeads());
        numbers.put("linear_conv_kernel_dim", config.deltaRule().kernel());
        numbers.put("linear_key_head_dim", config.deltaRule().keySize());
        numbers.put("linear_value_head_dim", config.deltaRule().valueSize());
        numbers.put("lora_dropout", dropout);
        adapters.byModule().forEach((name, scale) -> numbers.put("lora_scaling." + name, scale));
        Map<String, NDArray> settings = new LinkedHashMap<>();
        numbers.forEach((name, value) -> settings.put(name, manager.create(value.doubleValue())));
        settings.put(
                "layer_types",
                manager.create(config.layers().stream().mapToInt(Layer::code).toArray()));
        settings.put("inverse_frequencies", manager.create(attention.rope().inverseFrequencies()));
        settings.put(
                "local_inverse_frequencies",
                manager.create(attention.localRope().inverseFrequencies()));
        return settings;
    }

    /** The shape of the decoder. */
    public CausalConfig config() {
        return config;
    }

    /** The token vectors after the last norm, (B, T, D); those of padding mean nothing. */
    public NDArray hiddenStates(Map<String, NDArray> weights, TokenRows rows, Mode mode) {
        return result(
                call("hidden_states", weights, mode)
                        .tensor(rows.ids())
                        .tensor(rows.positions())
                        .tensor(rows.segments()),
                rows.ids().getManager(),
                mode);
    }

    /**
     * The logits of some tokens, (N, V) float32.
     *
     * @param hidden of {@link #hiddenStates}, (B, T, D)
     * @param tokens numbers of tokens in [0, B T), counted row after row, (N) int64
     */
    public NDArray logits(Map<String, NDArray> weights, NDArray hidden, NDArray tokens, Mode mode) {
        return result(
                call("logits", weights, mode).tensor(hidden).tensor(tokens),
                hidden.getManager(),
                mode);
    }

    /** What all layers share; its arrays need no gradients. */
    public NDList context(TokenRows rows) {
        return program.call("context")
                .dictionary("c", inference)
                .tensor(rows.positions())
                .tensor(rows.segments())
                .record(rows.ids().getManager());
    }

    /** What the first layer takes, (B, T, D). */
    public NDArray embed(Map<String, NDArray> weights, TokenRows rows, Mode mode) {
        return result(
                call("embed", weights, mode).tensor(rows.ids()), rows.ids().getManager(), mode);
    }

    /**
     * Adds to the gradient of the embedding, or begins it with zeros.
     *
     * @param ofEmbedded gradient by what {@link #embed} gave, (B, T, D)
     * @param sum (V, D) float32
     * @param begun whether there is something in {@code sum}
     */
    public void embedBack(TokenRows rows, NDArray ofEmbedded, NDArray sum, boolean begun) {
        NDManager owner = rows.ids().getManager();
        program.call("embed_back")
                .dictionary("c", training)
                .tensor(rows.ids())
                .tensor(ofEmbedded)
                .tensor(sum)
                .number(owner, begun ? 1L : 0L)
                .run(owner);
    }

    /**
     * Some layers, (B, T, D) to (B, T, D).
     *
     * @param first number of the first, from 0
     * @param end number after the last
     */
    public NDArray layers(
            Map<String, NDArray> weights,
            NDList context,
            NDArray hidden,
            int first,
            int end,
            Mode mode) {
        NDManager owner = hidden.getManager();
        return result(
                call("layers", weights, mode)
                        .tensors("context", context)
                        .tensor(hidden)
                        .number(owner, (long) first)
                        .number(owner, (long) end),
                owner,
                mode);
    }

    /** What the last layer leaves, after the last norm: (B, T, D) to (B, T, D). */
    public NDArray finalNorm(Map<String, NDArray> weights, NDArray hidden, Mode mode) {
        return result(call("final_norm", weights, mode).tensor(hidden), hidden.getManager(), mode);
    }

    /** An empty cache for {@code rows} rows; it lives in a child of {@code parent}. */
    public KeyValueCache newCache(NDManager parent, int rows, int capacity) {
        NDManager owner = parent.newSubManager();
        NDList arrays =
                program.call("new_cache")
                        .dictionary("c", inference)
                        .number(owner, (long) rows)
                        .number(owner, (long) capacity)
                        .run(owner);
        return new KeyValueCache(owner, arrays, capacity);
    }

    /**
     * The logits of some tokens after those in the cache.
     *
     * @param logits (N, V) float32
     * @param logSums the logarithm of the sum of each row's exponentials, (N): a logit minus it is
     *     the token's log-probability
     */
    public record Next(NDArray logits, NDArray logSums) {}

    /**
     * Adds tokens to a cache, whose capacity grows when they need it.
     *
     * @param rows positions go on from those in the cache; padding, also in the middle of a row, is
     *     never seen
     * @param chosen numbers of the new tokens whose logits are wanted, in [0, B T), counted row
     *     after row, (N) int64
     */
    public Next extend(
            Map<String, NDArray> weights, KeyValueCache cache, TokenRows rows, NDArray chosen) {
        NDManager owner = rows.ids().getManager();
        int tokens = (int) rows.ids().getShape().get(1);
        if (cache.used() + tokens > cache.capacity()) {
            widen(cache, Math.max(cache.used() + tokens, 2 * cache.capacity()));
        }
        NDList found =
                call("extend", weights, Mode.INFERENCE)
                        .tensors("cache", cache.arrays())
                        .tensor(rows.ids())
                        .tensor(rows.positions())
                        .tensor(rows.segments())
                        .number(owner, (long) cache.used())
                        .tensor(chosen)
                        .run(owner);
        cache.add(tokens);
        return new Next(found.get(0), found.get(1));
    }

    private void widen(KeyValueCache cache, int capacity) {
        cache.replace(
                program.call("wider_cache")
                        .dictionary("c", inference)
                        .tensors("cache", cache.arrays())
                        .number(cache.manager(), (long) capacity)
                        .run(cache.manager()),
                capacity);
    }

    /** Keeps some rows of a cache: row i becomes what row {@code rows[i]} was. */
    public void keep(KeyValueCache cache, long[] rows) {
        cache.replace(rows(cache, cache.manager(), rows), cache.capacity());
    }

    /**
     * A copy of some rows of a cache, or of some several times: its row i is row {@code rows[i]}.
     */
    public KeyValueCache copy(NDManager parent, KeyValueCache cache, long[] rows) {
        NDManager owner = parent.newSubManager();
        KeyValueCache copy = new KeyValueCache(owner, rows(cache, owner, rows), cache.capacity());
        copy.add(cache.used());
        return copy;
    }

    private NDList rows(KeyValueCache cache, NDManager owner, long[] rows) {
        try (NDArray numbers = owner.create(rows)) {
            return program.call("cache_of")
                    .tensors("cache", cache.arrays())
                    .tensor(numbers)
                    .run(owner);
        }
    }

    private Program.Call call(String method, Map<String, NDArray> weights, Mode mode) {
        return program.call(method)
                .weights(weights)
                .dictionary("c", mode == Mode.TRAINING ? training : inference);
    }

    private static NDArray result(Program.Call call, NDManager owner, Mode mode) {
        return switch (mode) {
            case TRAINING -> call.record(owner).singletonOrThrow();
            case INFERENCE -> call.run(owner).singletonOrThrow();
        };
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
