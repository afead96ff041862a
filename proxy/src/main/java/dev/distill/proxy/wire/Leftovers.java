package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What an answer leaves with whoever gave it, for later requests to refer to.
 *
 * @param ids of the answer itself and of its items, where the provider may keep them
 * @param sealed whether it has thoughts that only the account can read that made them
 */
public record Leftovers(List<String> ids, boolean sealed) {
    /** Nothing. */
    public static final Leftovers NONE = new Leftovers(List.of(), false);

    /** Copies the list. */
    public Leftovers {
        ids = List.copyOf(ids);
    }

    /** Of a whole answer in a dialect. */
    public static Leftovers of(Dialect dialect, JsonNode answer) {
        return switch (dialect) {
            case OPENAI_RESPONSES -> response(answer);
            case ANTHROPIC_MESSAGES -> {
                boolean sealed = false;
                for (JsonNode block : answer.path("content")) {
                    sealed |=
                            block.hasNonNull("signature")
                                    || block.path("type").asText().equals("redacted_thinking");
                }
                yield sealed ? new Leftovers(List.of(), true) : NONE;
            }
            case OPENAI_CHAT, OPENAI_EMBEDDINGS, GEMINI, BEDROCK_CONVERSE -> NONE;
        };
    }

    private static Leftovers response(JsonNode response) {
        List<String> ids = new ArrayList<>();
        add(response.path("id"), ids);
        add(response.path("conversation").path("id"), ids);
        boolean sealed = false;
        for (JsonNode item : response.path("output")) {
            add(item.path("id"), ids);
            sealed |= item.hasNonNull("encrypted_content");
        }
        return new Leftovers(ids, sealed);
    }

    private static void add(JsonNode id, List<String> ids) {
        if (id.isTextual() && !id.textValue().isEmpty()) {
            ids.add(id.textValue());
        }
    }
}
