package dev.distill.models.causal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.models.causal.Rope.Scaling;

/** Reads the rotary positions of a config.json, in the spelling of transformers 5 or an older. */
final class RopeReader {
    private final Members json;
    private final Family family;
    private final int headSize;

    RopeReader(Members json, Family family, int headSize) {
        this.json = json;
        this.family = family;
        this.headSize = headSize;
    }

    /** Of layers that see everything. */
    Rope full() {
        JsonNode parameters = parameters("full_attention");
        JsonNode theta = either(parameters, "rope_theta");
        JsonNode scaling = parameters.isObject() ? parameters : json.get("rope_scaling");
        double usual = family == Family.GEMMA3 ? 1_000_000 : 10_000;
        return new Rope(
                theta(theta, "rope_theta", usual), dimensions(parameters), scaling(scaling));
    }

    /** Of layers with a sliding window: Gemma 3 turns them by other frequencies. */
    Rope sliding() {
        if (family != Family.GEMMA3) {
            return full();
        }
        JsonNode parameters = parameters("sliding_attention");
        JsonNode theta = parameters.path("rope_theta");
        if (theta.isMissingNode()) {
            theta = json.get("rope_local_base_freq");
        }
        return new Rope(
                theta(theta, "rope_local_base_freq", 10_000),
                headSize,
                parameters.isObject() ? scaling(parameters) : new Scaling.None());
    }

    /** {@code rope_parameters}, which Gemma 3 has for each kind of layer. */
    private JsonNode parameters(String kind) {
        JsonNode parameters = json.get("rope_parameters");
        return family == Family.GEMMA3 ? parameters.path(kind) : parameters;
    }

    private JsonNode either(JsonNode parameters, String name) {
        return parameters.has(name) ? parameters.path(name) : json.get(name);
    }

    private double theta(JsonNode value, String name, double usual) {
        if (value.isMissingNode() || value.isNull()) {
            return usual;
        }
        if (!value.isNumber() || value.asDouble() <= 1) {
            json.problem("%s must be > 1, got %s".formatted(name, value));
            return usual;
        }
        return value.asDouble();
    }

    private int dimensions(JsonNode parameters) {
        if (family != Family.QWEN3_5) {
            return headSize;
        }
        double share = either(parameters, "partial_rotary_factor").asDouble(0.25);
        int dimensions = (int) (headSize * share);
        if (share <= 0 || share > 1 || dimensions < 2 || dimensions % 2 != 0) {
            json.problem(
                    "partial_rotary_factor must leave an even part of head_dim %d, got %s"
                            .formatted(headSize, share));
            return headSize;
        }
        return dimensions;
    }

    private Scaling scaling(JsonNode scaling) {
        String type = scaling.path("rope_type").asText(scaling.path("type").asText("default"));
        return switch (type) {
            case "default", "mrope" -> new Scaling.None();
            case "linear" -> new Scaling.Linear(factor(scaling, "factor"));
            case "llama3" ->
                    new Scaling.Llama3(
                            factor(scaling, "factor"),
                            factor(scaling, "low_freq_factor"),
                            factor(scaling, "high_freq_factor"),
                            factor(scaling, "original_max_position_embeddings"));
            default -> {
                json.problem(
                        "rope_type '%s' is not one of default, linear, llama3".formatted(type));
                yield new Scaling.None();
            }
        };
    }

    private double factor(JsonNode scaling, String name) {
        JsonNode value = scaling.path(name);
        if (!value.isNumber() || value.asDouble() <= 0) {
            json.problem(
                    value.isMissingNode()
                            ? "rope scaling: %s is missing".formatted(name)
                            : "rope scaling: %s must be > 0, got %s".formatted(name, value));
            return 1;
        }
        return value.asDouble();
    }
}
