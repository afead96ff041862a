package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Content blocks of the Messages API, written. */
final class AnthropicBlocks {
    private AnthropicBlocks() {}

    /** Blocks for the parts; marks for the cache go onto the block before them. */
    static ArrayNode write(List<Part> parts, String path) {
        ArrayNode blocks = Json.array();
        for (Part part : parts) {
            switch (part) {
                case Part.CachePoint(CacheLifetime lifetime) -> mark(blocks, lifetime);
                // the API takes no empty text, nor thoughts that it has not signed
                case Part.Text(String text) when text.isEmpty() -> {}
                case Part.Thinking thinking when !ours(thinking) -> {}
                default -> blocks.add(block(part, path));
            }
        }
        return blocks;
    }

    /** Whether Anthropic, here or at a cloud, has signed these thoughts. */
    private static boolean ours(Part.Thinking thinking) {
        return thinking.signature().filter(s -> !GeminiSignature.isOne(s)).isPresent();
    }

    private static void mark(ArrayNode blocks, CacheLifetime lifetime) {
        // thoughts cannot be marked, and with nothing before it there is nothing to cache
        if (!blocks.isEmpty()
                && blocks.get(blocks.size() - 1) instanceof ObjectNode last
                && !last.path("type").asText("").endsWith("thinking")) {
            last.set("cache_control", cacheControl(lifetime));
        }
    }

    /** A {@code cache_control}. */
    static ObjectNode cacheControl(CacheLifetime lifetime) {
        ObjectNode control = Json.object().put("type", "ephemeral");
        return lifetime == CacheLifetime.HOUR ? control.put("ttl", "1h") : control;
    }

    private static ObjectNode block(Part part, String path) {
        return switch (part) {
            case Part.Text(String text) -> Json.object().put("type", "text").put("text", text);
            case Part.Refusal(String text) -> Json.object().put("type", "text").put("text", text);
            case Part.Image image -> image(image, path);
            case Part.Document document -> document(document);
            case Part.ToolCall call ->
                    Json.object()
                            .put("type", "tool_use")
                            .put("id", call.id())
                            .put("name", call.name())
                            .set("input", Arguments.of(call, path));
            case Part.ToolResult result -> toolResult(result, path);
            case Part.Thinking(String text, Optional<String> signature) ->
                    Json.object()
                            .put("type", "thinking")
                            .put("thinking", text)
                            .put("signature", signature.orElse(""));
            case Part.RedactedThinking(String data) ->
                    Json.object().put("type", "redacted_thinking").put("data", data);
            case Part.Audio _ -> throw new WireException(path, "this model does not take audio");
            case Part.CachePoint _ -> throw new IllegalArgumentException("a mark is not a block");
        };
    }

    private static ObjectNode image(Part.Image image, String path) {
        if (!image.detail().orElse("auto").equals("auto")) {
            throw new WireException(path, "this model does not take a detail of an image");
        }
        return Json.object().put("type", "image").set("source", source(image.source()));
    }

    private static ObjectNode document(Part.Document document) {
        ObjectNode block = Json.object().put("type", "document");
        block.set("source", documentSource(document.source()));
        document.name().ifPresent(name -> block.put("title", name));
        return block;
    }

    private static ObjectNode documentSource(Part.Source source) {
        if (source instanceof Part.Source.Inline(String mediaType, String base64)
                && mediaType.equals("text/plain")) {
            return Json.object()
                    .put("type", "text")
                    .put("media_type", mediaType)
                    .put("data", decode(base64));
        }
        return source(source);
    }

    private static String decode(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw new WireException("", "a document is not base64");
        }
    }

    private static ObjectNode source(Part.Source source) {
        return switch (source) {
            case Part.Source.Inline(String mediaType, String base64) ->
                    Json.object()
                            .put("type", "base64")
                            .put("media_type", mediaType)
                            .put("data", base64);
            case Part.Source.Remote(String url) -> Json.object().put("type", "url").put("url", url);
            case Part.Source.Uploaded(String fileId) ->
                    Json.object().put("type", "file").put("file_id", fileId);
        };
    }

    private static ObjectNode toolResult(Part.ToolResult result, String path) {
        ObjectNode block =
                Json.object().put("type", "tool_result").put("tool_use_id", result.callId());
        ArrayNode content = write(result.content(), path);
        if (!content.isEmpty()) {
            block.set("content", content);
        }
        if (result.failed()) {
            block.put("is_error", true);
        }
        return block;
    }
}
