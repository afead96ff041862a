package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the parts of one conversation for {@code generateContent}. */
final class GeminiParts {
    /**
     * What Google wants in place of a signature in histories that come from elsewhere.
     *
     * @see <a href="https://ai.google.dev/gemini-api/docs/thought-signatures">Thought
     *     signatures</a>
     */
    private static final String UNSIGNED = "skip_thought_signature_validator";

    private final Map<String, String> functions = new HashMap<>();
    private final boolean wantsSignatures;

    GeminiParts(Conversation conversation, String model) {
        wantsSignatures = !GeminiGenerationConfig.isOlder(model);
        for (Message message : conversation.messages()) {
            for (Part part : message.parts()) {
                if (part instanceof Part.ToolCall call) {
                    functions.put(call.id(), call.name());
                }
            }
        }
    }

    /** The parts of one turn. */
    ArrayNode write(List<Part> parts, String path) {
        ArrayNode written = Json.array();
        Optional<String> signature = Optional.empty();
        boolean called = false;
        for (Part part : parts) {
            switch (part) {
                case Part.Text(String text) -> text(text, written);
                case Part.Refusal(String text) -> text(text, written);
                case Part.Thinking thinking -> {
                    Optional<String> own = thinking.signature().flatMap(GeminiSignature::unmark);
                    signature = own.isPresent() ? own : signature;
                }
                case Part.ToolCall call -> {
                    ObjectNode node = written.addObject();
                    node.set("functionCall", call(call, path));
                    // of calls that are made together only the first is signed
                    if (signature.isEmpty() && !called && wantsSignatures) {
                        signature = Optional.of(UNSIGNED);
                    }
                    signature.ifPresent(s -> node.put("thoughtSignature", s));
                    signature = Optional.empty();
                    called = true;
                }
                case Part.ToolResult result ->
                        written.addObject().set("functionResponse", result(result, path));
                case Part.Image _, Part.Audio _, Part.Document _ -> written.add(media(part, path));
                case Part.CachePoint _, Part.RedactedThinking _ -> {}
            }
        }
        return written;
    }

    private static void text(String text, ArrayNode written) {
        if (!text.isEmpty()) {
            written.addObject().put("text", text);
        }
    }

    private static ObjectNode call(Part.ToolCall call, String path) {
        ObjectNode node = Json.object().put("id", call.id()).put("name", call.name());
        return node.set("args", Arguments.of(call, path));
    }

    private ObjectNode result(Part.ToolResult result, String path) {
        String name = functions.get(result.callId());
        if (name == null) {
            throw new WireException(path, "there is no call " + result.callId() + " before this");
        }
        ObjectNode node = Json.object().put("id", result.callId()).put("name", name);
        StringBuilder output = new StringBuilder();
        ArrayNode media = Json.array();
        for (Part part : result.content()) {
            switch (part) {
                case Part.Text(String text) -> output.append(text);
                case Part.CachePoint _ -> {}
                default -> media.add(media(part, path));
            }
        }
        node.putObject("response").put(result.failed() ? "error" : "output", output.toString());
        if (!media.isEmpty()) {
            node.set("parts", media);
        }
        return node;
    }

    private static ObjectNode media(Part part, String path) {
        return switch (part) {
            case Part.Image(Part.Source source, Optional<String> detail) -> {
                if (!detail.orElse("auto").equals("auto")) {
                    throw new WireException(path, "this model does not take a detail of an image");
                }
                yield source(source, path);
            }
            case Part.Document(Part.Source source, _) -> source(source, path);
            case Part.Audio(String format, String base64) ->
                    source(new Part.Source.Inline("audio/" + format, base64), path);
            default -> throw new WireException(path, "this model does not take such a part here");
        };
    }

    private static ObjectNode source(Part.Source source, String path) {
        ObjectNode node = Json.object();
        switch (source) {
            case Part.Source.Inline(String mediaType, String base64) ->
                    node.putObject("inlineData").put("mimeType", mediaType).put("data", base64);
            case Part.Source.Remote(String url) -> node.putObject("fileData").put("fileUri", url);
            case Part.Source.Uploaded _ ->
                    throw new WireException(path, "this model does not have that file");
        }
        return node;
    }
}
