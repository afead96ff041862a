package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Format;
import dev.distill.proxy.wire.Conversation.Reasoning;
import dev.distill.proxy.wire.Conversation.Sampling;

/** The {@code generationConfig} of a request. */
final class GeminiGenerationConfig {
    private GeminiGenerationConfig() {}

    static ObjectNode write(Conversation conversation, String model) {
        ObjectNode config = Json.object();
        sampling(conversation.sampling(), config);
        conversation.maxOutputTokens().ifPresent(n -> config.put("maxOutputTokens", n));
        if (conversation.choices() > 1) {
            config.put("candidateCount", conversation.choices());
        }
        conversation
                .topLogprobs()
                .ifPresent(
                        top -> {
                            config.put("responseLogprobs", true);
                            if (top > 0) {
                                config.put("logprobs", top);
                            }
                        });
        format(conversation.format(), config);
        conversation.reasoning().ifPresent(r -> thinking(r, isOlder(model), config));
        return config;
    }

    /** Whether the model is of the generations before 3, which think by budget alone. */
    static boolean isOlder(String model) {
        return model.contains("gemini-1") || model.contains("gemini-2");
    }

    private static void sampling(Sampling sampling, ObjectNode config) {
        sampling.temperature().ifPresent(t -> config.put("temperature", t));
        sampling.topP().ifPresent(p -> config.put("topP", p));
        sampling.topK().ifPresent(k -> config.put("topK", k));
        sampling.seed()
                .ifPresent(
                        seed -> {
                            if (seed != (int) seed) {
                                throw new WireException("seed", "this model takes a 32-bit seed");
                            }
                            config.put("seed", (int) seed);
                        });
        if (!sampling.stop().isEmpty()) {
            ArrayNode stop = config.putArray("stopSequences");
            sampling.stop().forEach(stop::add);
        }
        sampling.presencePenalty().ifPresent(p -> config.put("presencePenalty", p));
        sampling.frequencyPenalty().ifPresent(p -> config.put("frequencyPenalty", p));
    }

    private static void format(Format format, ObjectNode config) {
        switch (format) {
            case Format.Text _ -> {}
            case Format.JsonObject _ -> config.put("responseMimeType", "application/json");
            case Format.JsonSchema schema ->
                    config.put("responseMimeType", "application/json")
                            .set("responseJsonSchema", FormatSchema.of(schema));
        }
    }

    private static void thinking(Reasoning reasoning, boolean older, ObjectNode config) {
        ObjectNode thinking = config.putObject("thinkingConfig");
        String effort = reasoning.effort().orElse("");
        if (effort.equals("none")) {
            thinking.put("thinkingBudget", 0); // a model that cannot help thinking refuses it
            return;
        }
        thinking.put("includeThoughts", true);
        if (reasoning.budgetTokens().isPresent()) {
            thinking.put("thinkingBudget", reasoning.budgetTokens().getAsInt());
        } else if (!effort.isEmpty() && older) {
            thinking.put("thinkingBudget", budget(effort));
        } else if (!effort.isEmpty()) {
            thinking.put("thinkingLevel", level(effort));
        }
    }

    /** As Google's own endpoint for OpenAI's dialect has it. */
    private static int budget(String effort) {
        return switch (effort) {
            case "minimal", "low" -> 1024;
            case "medium" -> 8192;
            case "high", "xhigh", "max" -> 24_576;
            default -> throw unknown(effort);
        };
    }

    private static String level(String effort) {
        return switch (effort) {
            case "minimal", "low", "medium", "high" -> effort;
            case "xhigh", "max" -> "high"; // its most
            default -> throw unknown(effort);
        };
    }

    private static WireException unknown(String effort) {
        return new WireException("reasoning_effort", "this model has no effort " + effort);
    }
}
