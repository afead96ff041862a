package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Reasoning;
import dev.distill.proxy.wire.Conversation.Tool;
import dev.distill.proxy.wire.Conversation.ToolChoice;
import dev.distill.proxy.wire.Part.Source;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** What the two OpenAI formats have in common. */
final class OpenAiWords {
    private static final Set<String> EFFORTS =
            new TreeSet<>(Set.of("none", "minimal", "low", "medium", "high", "xhigh"));

    /** Up to so many tokens of thoughts are little, for formats that only have words for it. */
    private static final int LITTLE = 4096;

    private static final int SOME = 16384;

    private static final String DATA = "data:";
    private static final String BASE64 = ";base64,";

    private OpenAiWords() {}

    static Optional<Reasoning> reasoning(Members members, String name) {
        return members.optionalText(name)
                .map(
                        effort -> {
                            if (!EFFORTS.contains(effort)) {
                                throw members.unknown(name, "must be one of " + EFFORTS);
                            }
                            return new Reasoning(Optional.of(effort), OptionalInt.empty());
                        });
    }

    /** The word for an effort; a limit in tokens becomes the word nearest to it. */
    static Optional<String> effort(Reasoning reasoning) {
        if (reasoning.effort().isPresent()) {
            return reasoning.effort().map(effort -> effort.equals("max") ? "xhigh" : effort);
        }
        if (reasoning.budgetTokens().isEmpty()) {
            return Optional.empty();
        }
        int budget = reasoning.budgetTokens().getAsInt();
        return Optional.of(budget <= LITTLE ? "low" : budget <= SOME ? "medium" : "high");
    }

    static Map<String, String> metadata(Members members) {
        Map<String, String> notes = new TreeMap<>();
        Optional<Members> metadata = members.optionalMembers("metadata");
        if (metadata.isPresent()) {
            metadata.get()
                    .json()
                    .fieldNames()
                    .forEachRemaining(name -> notes.put(name, metadata.get().text(name)));
        }
        return notes;
    }

    static void metadata(Map<String, String> metadata, ObjectNode request) {
        if (!metadata.isEmpty()) {
            ObjectNode notes = request.putObject("metadata");
            new TreeMap<>(metadata).forEach(notes::put);
        }
    }

    /** What {@code tool_choice} says when it is a word. */
    static ToolChoice toolChoice(Members members, String word) {
        return switch (word) {
            case "auto" -> new ToolChoice.Auto();
            case "none" -> new ToolChoice.None();
            case "required" -> new ToolChoice.Any();
            default ->
                    throw members.unknown(
                            "tool_choice", "must be auto, none, required or a function");
        };
    }

    /**
     * Writes the functions that may be called, and which must be.
     *
     * @param tool one of them in the format's shape
     * @param named the one that must be called, by its name
     */
    static void tools(
            Conversation conversation,
            ObjectNode request,
            Function<Tool, ObjectNode> tool,
            Function<String, ObjectNode> named) {
        if (!conversation.tools().isEmpty()) {
            ArrayNode tools = request.putArray("tools");
            conversation.tools().forEach(one -> tools.add(tool.apply(one)));
        }
        conversation
                .toolChoice()
                .ifPresent(
                        choice -> {
                            switch (choice) {
                                case ToolChoice.Auto _ -> request.put("tool_choice", "auto");
                                case ToolChoice.None _ -> request.put("tool_choice", "none");
                                case ToolChoice.Any _ -> request.put("tool_choice", "required");
                                case ToolChoice.Named(String name) ->
                                        request.set("tool_choice", named.apply(name));
                            }
                        });
        conversation
                .parallelToolCalls()
                .ifPresent(parallel -> request.put("parallel_tool_calls", parallel));
    }

    /** The parameters of a function, which may be left out when it has none. */
    static ObjectNode parameters(Members function) {
        if (function.has("parameters")) {
            return function.object("parameters");
        }
        ObjectNode none = Json.object().put("type", "object");
        none.putObject("properties");
        return none;
    }

    /** A URL, which may hold the bytes itself. */
    static Source source(Members members, String name) {
        String url = members.text(name);
        if (!url.startsWith(DATA)) {
            return new Source.Remote(url);
        }
        return inline(members, name);
    }

    /** A {@code data:} URL. */
    static Source.Inline inline(Members members, String name) {
        String url = members.text(name);
        int bytes = url.indexOf(BASE64);
        int comma = url.indexOf(',');
        if (!url.startsWith(DATA) || bytes < 0 || comma != bytes + BASE64.length() - 1) {
            throw members.unknown(name, "must be like data:image/png;base64,...");
        }
        String mediaType = url.substring(DATA.length(), bytes);
        return new Source.Inline(mediaType, url.substring(comma + 1));
    }

    static String url(Source.Inline source) {
        return DATA + source.mediaType() + BASE64 + source.base64();
    }
}
