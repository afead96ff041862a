package dev.distill.models.causal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads and writes a {@link LoraConfig} as PEFT's adapter_config.json. What would change the
 * arithmetic and is not understood here is refused; the rest is about how PEFT trains.
 */
final class LoraConfigReader {
    /** Members that must be absent, null, false or empty. */
    private static final List<String> REFUSED =
            List.of(
                    "use_dora",
                    "use_qalora",
                    "use_bdlora",
                    "lora_bias",
                    "fan_in_fan_out",
                    "modules_to_save",
                    "layer_replication",
                    "target_parameters",
                    "trainable_token_indices",
                    "alora_invocation_tokens");

    private LoraConfigReader() {}

    static LoraConfig read(Path file) {
        Members json = Members.read(file);
        String type = json.get("peft_type").asText("");
        if (!type.equals("LORA")) {
            json.problem("peft_type must be LORA, got '%s'".formatted(type));
        }
        String bias = json.get("bias").asText("none");
        if (!bias.equals("none")) {
            json.problem("bias must be none, got '%s'".formatted(bias));
        }
        REFUSED.forEach(name -> refuse(json, name));
        double dropout = json.number("lora_dropout", 0);
        if (dropout < 0 || dropout >= 1) {
            json.problem("lora_dropout must be in [0, 1), got " + dropout);
        }
        int rank = json.positive("r", 8);
        double alpha = json.number("lora_alpha", 8);
        List<String> targets = targets(json.get("target_modules"));
        Map<String, Integer> ranks = new LinkedHashMap<>();
        json.get("rank_pattern")
                .properties()
                .forEach(e -> ranks.put(e.getKey(), e.getValue().asInt()));
        Map<String, Double> alphas = new LinkedHashMap<>();
        json.get("alpha_pattern")
                .properties()
                .forEach(e -> alphas.put(e.getKey(), e.getValue().asDouble()));
        boolean stabilized = json.flag("use_rslora", false);
        json.check();
        return new LoraConfig(
                rank,
                alpha,
                dropout,
                targets,
                ranks,
                alphas,
                stabilized,
                json.get("base_model_name_or_path").asText(""));
    }

    private static void refuse(Members json, String name) {
        JsonNode value = json.get(name);
        boolean on = value.isBoolean() ? value.asBoolean() : value.size() > 0 || value.isTextual();
        if (on) {
            json.problem("%s is not supported, got %s".formatted(name, value));
        }
    }

    private static List<String> targets(JsonNode json) {
        List<String> targets = new ArrayList<>();
        if (json.isTextual()) {
            targets.add(json.asText());
        }
        json.forEach(target -> targets.add(target.asText()));
        return targets;
    }

    static String write(LoraConfig config) {
        ObjectNode json = Json.object();
        put(json.putObject("alpha_pattern"), config.alphaPattern());
        if (config.base().isEmpty()) {
            json.putNull("base_model_name_or_path");
        } else {
            json.put("base_model_name_or_path", config.base());
        }
        json.put("bias", "none");
        json.put("fan_in_fan_out", false);
        json.put("inference_mode", true);
        json.put("init_lora_weights", true);
        json.put("lora_alpha", config.alpha());
        json.put("lora_dropout", config.dropout());
        json.putNull("modules_to_save");
        json.put("peft_type", "LORA");
        json.put("r", config.rank());
        put(json.putObject("rank_pattern"), config.rankPattern());
        if (config.targetModules().equals(List.of(LoraConfig.ALL_LINEAR))) {
            json.put("target_modules", LoraConfig.ALL_LINEAR);
        } else {
            ArrayNode targets = json.putArray("target_modules");
            config.targetModules().forEach(targets::add);
        }
        json.put("task_type", "CAUSAL_LM");
        json.put("use_dora", false);
        json.put("use_rslora", config.rankStabilized());
        return Json.pretty(json);
    }

    private static void put(ObjectNode json, Map<String, ? extends Number> values) {
        new TreeMap<String, Number>(values)
                .forEach(
                        (name, value) -> {
                            if (value instanceof Integer whole) {
                                json.put(name, whole);
                            } else {
                                json.put(name, value.doubleValue());
                            }
                        });
    }
}
