package dev.distill.models.causal;

import ai.djl.ndarray.types.Shape;
import dev.distill.models.causal.CausalConfig.Layer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The weights of a decoder by the names that transformers has for them. */
final class Names {
    static final String EMBEDDING = "model.embed_tokens.weight";
    static final String OUTPUT = "lm_head.weight";

    /** How checkpoints of models for texts and images begin the names of their decoder. */
    private static final List<String> NESTED =
            List.of("model.language_model.", "language_model.model.");

    private static final String NESTED_OUTPUT = "language_model.lm_head.weight";

    private Names() {}

    /** Our spelling of a name in a checkpoint. */
    static String plain(String name) {
        if (name.equals(NESTED_OUTPUT)) {
            return OUTPUT;
        }
        for (String prefix : NESTED) {
            if (name.startsWith(prefix)) {
                return "model." + name.substring(prefix.length());
            }
        }
        return name;
    }

    static String layer(int number) {
        return "model.layers." + number;
    }

    static Map<String, Shape> shapes(CausalConfig config) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        CausalConfig.Size size = config.size();
        shapes.put(EMBEDDING, new Shape(size.vocabulary(), size.hidden()));
        for (int i = 0; i < config.layers().size(); i++) {
            String layer = layer(i);
            if (config.layers().get(i) == Layer.LINEAR_ATTENTION) {
                deltaRule(shapes, config, layer + ".linear_attn");
            } else {
                attention(shapes, config, layer + ".self_attn");
            }
            boolean bias = config.mlpBias();
            linear(shapes, layer + ".mlp.gate_proj", size.intermediate(), size.hidden(), bias);
            linear(shapes, layer + ".mlp.up_proj", size.intermediate(), size.hidden(), bias);
            linear(shapes, layer + ".mlp.down_proj", size.hidden(), size.intermediate(), bias);
            shapes.put(layer + ".input_layernorm.weight", new Shape(size.hidden()));
            shapes.put(layer + ".post_attention_layernorm.weight", new Shape(size.hidden()));
            if (config.family().sandwichNorms()) {
                shapes.put(layer + ".pre_feedforward_layernorm.weight", new Shape(size.hidden()));
                shapes.put(layer + ".post_feedforward_layernorm.weight", new Shape(size.hidden()));
            }
        }
        shapes.put("model.norm.weight", new Shape(size.hidden()));
        if (!config.tiedEmbeddings()) {
            shapes.put(OUTPUT, new Shape(size.vocabulary(), size.hidden()));
        }
        return shapes;
    }

    /** The linear layers that may have adapters, in the order of the weights. */
    static List<String> linearLayers(CausalConfig config) {
        return shapes(config).entrySet().stream()
                .filter(entry -> entry.getValue().dimension() == 2)
                .map(Map.Entry::getKey)
                .filter(name -> !name.equals(EMBEDDING) && !name.equals(OUTPUT))
                .map(name -> name.substring(0, name.length() - ".weight".length()))
                .toList();
    }

    /** The last parts of layers' names, each once. */
    static List<String> kinds(List<String> layers) {
        return layers.stream()
                .map(layer -> layer.substring(layer.lastIndexOf('.') + 1))
                .distinct()
                .toList();
    }

    private static void attention(Map<String, Shape> shapes, CausalConfig config, String name) {
        CausalConfig.Size size = config.size();
        boolean bias = config.attention().inputBias();
        long queries = (long) size.heads() * size.headSize();
        long keys = (long) size.keyValueHeads() * size.headSize();
        boolean gated = config.family() == Family.QWEN3_5;
        linear(shapes, name + ".q_proj", gated ? 2 * queries : queries, size.hidden(), bias);
        linear(shapes, name + ".k_proj", keys, size.hidden(), bias);
        linear(shapes, name + ".v_proj", keys, size.hidden(), bias);
        linear(shapes, name + ".o_proj", size.hidden(), queries, config.attention().outputBias());
        if (config.family().queryKeyNorms()) {
            shapes.put(name + ".q_norm.weight", new Shape(size.headSize()));
            shapes.put(name + ".k_norm.weight", new Shape(size.headSize()));
        }
    }

    private static void deltaRule(Map<String, Shape> shapes, CausalConfig config, String name) {
        CausalConfig.DeltaRule rule = config.deltaRule();
        long hidden = config.size().hidden();
        long values = (long) rule.valueHeads() * rule.valueSize();
        shapes.put(name + ".conv1d.weight", new Shape(rule.channels(), 1, rule.kernel()));
        shapes.put(name + ".dt_bias", new Shape(rule.valueHeads()));
        shapes.put(name + ".A_log", new Shape(rule.valueHeads()));
        shapes.put(name + ".norm.weight", new Shape(rule.valueSize()));
        linear(shapes, name + ".out_proj", hidden, values, false);
        linear(shapes, name + ".in_proj_qkv", rule.channels(), hidden, false);
        linear(shapes, name + ".in_proj_z", values, hidden, false);
        linear(shapes, name + ".in_proj_b", rule.valueHeads(), hidden, false);
        linear(shapes, name + ".in_proj_a", rule.valueHeads(), hidden, false);
    }

    private static void linear(
            Map<String, Shape> shapes, String name, long outputs, long inputs, boolean bias) {
        shapes.put(name + ".weight", new Shape(outputs, inputs));
        if (bias) {
            shapes.put(name + ".bias", new Shape(outputs));
        }
    }
}
