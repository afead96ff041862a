package dev.distill.models.causal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.models.causal.CausalConfig.Activation;
import dev.distill.models.causal.CausalConfig.Attention;
import dev.distill.models.causal.CausalConfig.DeltaRule;
import dev.distill.models.causal.CausalConfig.Layer;
import dev.distill.models.causal.CausalConfig.Size;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads and writes a {@link CausalConfig} as config.json. Absent members have the defaults of
 * transformers 5; both its spelling of rotary positions ({@code rope_parameters}) and the older one
 * ({@code rope_theta}, {@code rope_scaling}) are understood.
 */
final class CausalConfigReader {
    private final Family family;
    private final Members json;

    private CausalConfigReader(Family family, Members json) {
        this.family = family;
        this.json = json;
    }

    static CausalConfig read(Path file) {
        Members outer = Members.read(file);
        Family family = outer.family();
        Members inner = outer.nested("text_config", "tie_word_embeddings");
        return new CausalConfigReader(family, inner).config();
    }

    private CausalConfig config() {
        Size size = size();
        List<Layer> layers = layers();
        if (json.number("attention_dropout", 0) != 0) {
            json.problem("attention_dropout must be 0, got " + json.number("attention_dropout", 0));
        }
        if (json.flag("use_bidirectional_attention", false)) {
            json.problem("use_bidirectional_attention must be false: not a causal model");
        }
        CausalConfig config =
                new CausalConfig(
                        family,
                        size,
                        layers,
                        activation(),
                        json.number("rms_norm_eps", 1e-6),
                        attention(size, layers),
                        deltaRule(layers),
                        family == Family.LLAMA && json.flag("mlp_bias", false),
                        json.flag("tie_word_embeddings", family == Family.GEMMA3),
                        json.number("final_logit_softcapping", 0),
                        json.number("initializer_range", 0.02),
                        json.text());
        json.check();
        return config;
    }

    private Size size() {
        int hidden = json.positive("hidden_size");
        int heads = json.positive("num_attention_heads");
        int keyValueHeads = json.positive("num_key_value_heads", heads);
        int headSize =
                json.positive(
                        "head_dim",
                        switch (family) {
                            case LLAMA, QWEN2 -> Math.max(1, hidden / heads);
                            case QWEN3 -> 128;
                            case GEMMA3, QWEN3_5 -> 256;
                        });
        if (heads % keyValueHeads != 0) {
            json.problem(
                    "num_key_value_heads must divide num_attention_heads, got %d and %d"
                            .formatted(keyValueHeads, heads));
        }
        if (headSize % 2 != 0) {
            json.problem("head_dim must be even, got " + headSize);
        }
        return new Size(
                json.positive("vocab_size"),
                hidden,
                json.positive("intermediate_size"),
                heads,
                keyValueHeads,
                headSize,
                json.positive("max_position_embeddings"));
    }

    private List<Layer> layers() {
        int count = json.positive("num_hidden_layers");
        List<Layer> layers = new ArrayList<>();
        JsonNode names = json.get("layer_types");
        for (int i = 0; i < count; i++) {
            layers.add(names.isArray() ? layer(names.path(i).asText()) : usual(i));
        }
        if (names.isArray() && names.size() != count) {
            json.problem(
                    "layer_types has %d members for num_hidden_layers %d"
                            .formatted(names.size(), count));
        }
        return layers;
    }

    private Layer layer(String name) {
        return switch (name) {
            case "full_attention" -> Layer.FULL_ATTENTION;
            case "sliding_attention" -> Layer.SLIDING_ATTENTION;
            case "linear_attention" -> {
                if (family != Family.QWEN3_5) {
                    json.problem("layer_types: linear_attention is not of " + family.modelType());
                }
                yield Layer.LINEAR_ATTENTION;
            }
            default -> {
                json.problem(
                        "layer_types: '%s' is not one of %s"
                                .formatted(
                                        name,
                                        "full_attention, sliding_attention, linear_attention"));
                yield Layer.FULL_ATTENTION;
            }
        };
    }

    /** What a layer is when {@code layer_types} is absent. */
    private Layer usual(int i) {
        return switch (family) {
            case LLAMA -> Layer.FULL_ATTENTION;
            case QWEN2, QWEN3 ->
                    json.flag("use_sliding_window", false)
                                    && i >= json.number("max_window_layers", 28)
                            ? Layer.SLIDING_ATTENTION
                            : Layer.FULL_ATTENTION;
            case GEMMA3 ->
                    (i + 1) % json.positive("sliding_window_pattern", 6) == 0
                            ? Layer.FULL_ATTENTION
                            : Layer.SLIDING_ATTENTION;
            case QWEN3_5 ->
                    (i + 1) % json.positive("full_attention_interval", 4) == 0
                            ? Layer.FULL_ATTENTION
                            : Layer.LINEAR_ATTENTION;
        };
    }

    private Activation activation() {
        String member =
                family == Family.GEMMA3 && json.has("hidden_activation")
                        ? "hidden_activation"
                        : "hidden_act";
        String usual = family == Family.GEMMA3 ? "gelu_pytorch_tanh" : "silu";
        return switch (json.get(member).asText(usual)) {
            case "silu" -> Activation.SILU;
            case "gelu_pytorch_tanh" -> Activation.GELU_TANH;
            case "gelu" -> Activation.GELU;
            case String other -> {
                json.problem(
                        "%s '%s' is not one of silu, gelu_pytorch_tanh, gelu"
                                .formatted(member, other));
                yield Activation.SILU;
            }
        };
    }

    private Attention attention(Size size, List<Layer> layers) {
        boolean slides = layers.contains(Layer.SLIDING_ATTENTION);
        int window = 0;
        if (slides) {
            window =
                    family == Family.GEMMA3
                            ? json.positive("sliding_window", 4096)
                            : json.positive("sliding_window");
        }
        double scalar =
                family == Family.GEMMA3
                        ? json.number("query_pre_attn_scalar", 256)
                        : size.headSize();
        boolean bias = family != Family.QWEN2 && json.flag("attention_bias", false);
        RopeReader ropes = new RopeReader(json, family, size.headSize());
        return new Attention(
                ropes.full(),
                slides ? ropes.sliding() : ropes.full(),
                window,
                1 / Math.sqrt(scalar),
                json.number("attn_logit_softcapping", 0),
                family == Family.QWEN2 || bias,
                bias);
    }

    private DeltaRule deltaRule(List<Layer> layers) {
        if (!layers.contains(Layer.LINEAR_ATTENTION)) {
            return DeltaRule.NONE;
        }
        DeltaRule rule =
                new DeltaRule(
                        json.positive("linear_num_key_heads", 16),
                        json.positive("linear_num_value_heads", 32),
                        json.positive("linear_key_head_dim", 128),
                        json.positive("linear_value_head_dim", 128),
                        json.positive("linear_conv_kernel_dim", 4));
        if (rule.valueHeads() % rule.keyHeads() != 0) {
            json.problem(
                    "linear_num_key_heads must divide linear_num_value_heads, got %d and %d"
                            .formatted(rule.keyHeads(), rule.valueHeads()));
        }
        return rule;
    }

    static String write(CausalConfig config) {
        ObjectNode json = Members.parse(config.source());
        json.putArray("architectures").add(config.family().architecture());
        json.put("model_type", config.family().modelType());
        json.put("tie_word_embeddings", config.tiedEmbeddings());
        json.remove(List.of("torch_dtype", "transformers_version"));
        json.put("dtype", "float32");
        return Json.pretty(json);
    }
}
