package dev.distill.models.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The special tokens of a tokenizer by role: {@code bos_token}, {@code eos_token}, {@code
 * pad_token} and so on. One that a model does not have is not here.
 */
public record SpecialTokens(Map<String, String> byRole) {
    private static final List<String> ROLES =
            List.of(
                    "bos_token",
                    "eos_token",
                    "unk_token",
                    "sep_token",
                    "pad_token",
                    "cls_token",
                    "mask_token");

    public SpecialTokens {
        byRole = Collections.unmodifiableMap(new LinkedHashMap<>(byRole));
    }

    /** None at all. */
    public static SpecialTokens none() {
        return new SpecialTokens(Map.of());
    }

    /**
     * From tokenizer_config.json, and from special_tokens_map.json what the first does not have.
     */
    static SpecialTokens read(JsonNode config, JsonNode map) {
        Map<String, String> tokens = new LinkedHashMap<>();
        for (String role : ROLES) {
            JsonNode token = config.has(role) ? config.get(role) : map.path(role);
            JsonNode text = token.isObject() ? token.path("content") : token;
            if (text.isTextual()) {
                tokens.put(role, text.textValue());
            }
        }
        return new SpecialTokens(tokens);
    }

    /** The token that a sequence begins with, for models that have one. */
    public Optional<String> beginning() {
        return Optional.ofNullable(byRole.get("bos_token"));
    }

    /** The token that ends an answer. */
    public Optional<String> end() {
        return Optional.ofNullable(byRole.get("eos_token"));
    }
}
