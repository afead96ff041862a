package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Content blocks of Converse, written. */
final class BedrockBlocks {
    private static final Map<String, String> IMAGES =
            Map.of(
                    "image/png", "png",
                    "image/jpeg", "jpeg",
                    "image/gif", "gif",
                    "image/webp", "webp");
    private static final Map<String, String> DOCUMENTS =
            Map.of(
                    "application/pdf",
                    "pdf",
                    "text/csv",
                    "csv",
                    "application/msword",
                    "doc",
                    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                    "docx",
                    "application/vnd.ms-excel",
                    "xls",
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                    "xlsx",
                    "text/html",
                    "html",
                    "text/plain",
                    "txt",
                    "text/markdown",
                    "md");

    private BedrockBlocks() {}

    /** Blocks for the parts. */
    static ArrayNode write(List<Part> parts, String path) {
        ArrayNode blocks = Json.array();
        for (Part part : parts) {
            switch (part) {
                case Part.Text(String text) -> text(text, blocks);
                case Part.Refusal(String text) -> text(text, blocks);
                case Part.Thinking(String text, Optional<String> signature) ->
                        signature
                                .filter(s -> !GeminiSignature.isOne(s))
                                .ifPresent(s -> blocks.add(reasoning(text, s)));
                case Part.RedactedThinking(String data) ->
                        blocks.addObject()
                                .putObject("reasoningContent")
                                .put("redactedContent", data);
                case Part.CachePoint(CacheLifetime lifetime) -> {
                    if (!blocks.isEmpty()) {
                        blocks.add(cachePoint(lifetime));
                    }
                }
                case Part.ToolCall call -> blocks.addObject().set("toolUse", call(call, path));
                case Part.ToolResult result ->
                        blocks.addObject().set("toolResult", result(result, path));
                case Part.Image image -> blocks.addObject().set("image", image(image, path));
                case Part.Document document ->
                        blocks.addObject().set("document", document(document, path));
                case Part.Audio _ ->
                        throw new WireException(path, "this model does not take audio");
            }
        }
        return blocks;
    }

    /** A block that ends what is to be cached. */
    static ObjectNode cachePoint(CacheLifetime lifetime) {
        ObjectNode block = Json.object();
        ObjectNode point = block.putObject("cachePoint").put("type", "default");
        if (lifetime == CacheLifetime.HOUR) {
            point.put("ttl", "1h");
        }
        return block;
    }

    private static void text(String text, ArrayNode blocks) {
        if (!text.isEmpty()) {
            blocks.addObject().put("text", text);
        }
    }

    private static ObjectNode reasoning(String text, String signature) {
        ObjectNode block = Json.object();
        block.putObject("reasoningContent")
                .putObject("reasoningText")
                .put("text", text)
                .put("signature", signature);
        return block;
    }

    private static ObjectNode call(Part.ToolCall call, String path) {
        return Json.object()
                .put("toolUseId", call.id())
                .put("name", call.name())
                .set("input", Arguments.of(call, path));
    }

    private static ObjectNode result(Part.ToolResult result, String path) {
        ObjectNode written = Json.object().put("toolUseId", result.callId());
        List<Part> content =
                result.content().stream().filter(p -> !(p instanceof Part.CachePoint)).toList();
        written.set("content", write(content, path));
        return written.put("status", result.failed() ? "error" : "success");
    }

    private static ObjectNode image(Part.Image image, String path) {
        if (!image.detail().orElse("auto").equals("auto")) {
            throw new WireException(path, "this model does not take a detail of an image");
        }
        return media(image.source(), IMAGES, path);
    }

    private static ObjectNode document(Part.Document document, String path) {
        return media(document.source(), DOCUMENTS, path)
                .put("name", name(document.name().orElse("")));
    }

    private static ObjectNode media(Part.Source source, Map<String, String> formats, String path) {
        if (!(source instanceof Part.Source.Inline(String mediaType, String base64))) {
            throw new WireException(path, "this model takes files within the request only");
        }
        String format = formats.get(mediaType);
        if (format == null) {
            throw new WireException(path, "this model does not take " + mediaType);
        }
        ObjectNode media = Json.object().put("format", format);
        media.putObject("source").put("bytes", base64);
        return media;
    }

    /** Letters, digits, hyphens, brackets and single spaces are what a name may have. */
    private static String name(String name) {
        String allowed = name.replaceAll("[^A-Za-z0-9\\-()\\[\\]]+", " ").strip();
        return allowed.isEmpty() ? "document" : allowed;
    }
}
