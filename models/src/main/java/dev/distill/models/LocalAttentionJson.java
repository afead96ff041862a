package dev.distill.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The members of config.json that only ModernBERT has, in the spellings of transformers 4 ({@code
 * global_attn_every_n_layers}, {@code global_rope_theta}) and 5 ({@code layer_types}, {@code
 * rope_parameters}). What our program does not compute is a problem, not a surprise.
 */
final class LocalAttentionJson {
    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";

    private LocalAttentionJson() {}

    /** Reads them; each thing that is wrong goes to {@code problem}. */
    static LocalAttention read(JsonNode json, int layers, Consumer<String> problem) {
        for (String bias : List.of("attention_bias", "mlp_bias", "norm_bias", "classifier_bias")) {
            if (json.path(bias).asBoolean(false)) {
                problem.accept(bias + " must be false, got true");
            }
        }
        if (!json.path("classifier_activation").asText("gelu").equals("gelu")) {
            problem.accept(
                    "classifier_activation must be gelu, got "
                            + json.path("classifier_activation").asText());
        }
        double embedding = json.path("embedding_dropout").asDouble(0);
        double block = json.path("mlp_dropout").asDouble(0);
        if (embedding != block) {
            problem.accept(
                    "embedding_dropout and mlp_dropout must be equal, got %s and %s"
                            .formatted(embedding, block));
        }
        int window = json.path("local_attention").asInt(128);
        if (window < 2) {
            problem.accept("local_attention must be >= 2, got " + window);
        }
        return new LocalAttention(
                full(json, layers, problem),
                Math.max(2, window),
                theta(json, FULL, "global_rope_theta", 160_000, problem),
                theta(json, SLIDING, "local_rope_theta", 10_000, problem));
    }

    private static List<Boolean> full(JsonNode json, int layers, Consumer<String> problem) {
        JsonNode types = json.path("layer_types");
        if (!types.isArray()) {
            int every = Math.max(1, json.path("global_attn_every_n_layers").asInt(3));
            return IntStream.range(0, layers).mapToObj(i -> i % every == 0).toList();
        }
        List<Boolean> full = new ArrayList<>();
        for (JsonNode type : types) {
            switch (type.asText()) {
                case FULL -> full.add(true);
                case SLIDING -> full.add(false);
                case String other ->
                        problem.accept(
                                "layer_types: '%s' is not one of %s, %s"
                                        .formatted(other, FULL, SLIDING));
            }
        }
        if (types.size() != layers) {
            problem.accept(
                    "layer_types has %d members for %d layers".formatted(types.size(), layers));
        }
        return full;
    }

    private static double theta(
            JsonNode json, String type, String old, double whenAbsent, Consumer<String> problem) {
        JsonNode parameters = json.path("rope_parameters").path(type);
        if (!parameters.path("rope_type").asText("default").equals("default")) {
            problem.accept(
                    "rope_parameters.%s.rope_type must be default, got %s"
                            .formatted(type, parameters.path("rope_type").asText()));
        }
        double theta = parameters.path("rope_theta").asDouble(json.path(old).asDouble(whenAbsent));
        if (!(theta > 0)) {
            problem.accept("rope_theta of %s must be > 0, got %s".formatted(type, theta));
        }
        return theta;
    }

    static void write(ObjectNode json, EncoderConfig config, LocalAttention local) {
        json.put("embedding_dropout", config.dropout().hidden());
        json.put("local_attention", local.window());
        ArrayNode types = json.putArray("layer_types");
        local.full().forEach(full -> types.add(full ? FULL : SLIDING));
        ObjectNode rope = json.putObject("rope_parameters");
        rope.putObject(FULL).put("rope_theta", local.fullTheta()).put("rope_type", "default");
        rope.putObject(SLIDING).put("rope_theta", local.slidingTheta()).put("rope_type", "default");
        if (config.head() == Head.PREDICTION_CLS || config.head() == Head.PREDICTION_MEAN) {
            json.put("classifier_pooling", config.head() == Head.PREDICTION_CLS ? "cls" : "mean");
        }
        // transformers' defaults are numbers of the published vocabulary, which may not exist here.
        for (String token : List.of("bos", "eos", "cls", "sep")) {
            json.putNull(token + "_token_id");
        }
    }
}
