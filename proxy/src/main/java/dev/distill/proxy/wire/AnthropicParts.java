package dev.distill.proxy.wire;

import dev.distill.files.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Content blocks of the Messages API, read. */
final class AnthropicParts {
    private AnthropicParts() {}

    /** A content that is a string or a list of blocks. */
    static List<Part> read(Members owner, String name) {
        if (owner.optional(name).filter(c -> c.isTextual()).isPresent()) {
            return List.of(new Part.Text(owner.text(name)));
        }
        List<Part> parts = new ArrayList<>();
        for (Members block : owner.list(name)) {
            parts.add(part(block));
            cacheControl(block).ifPresent(lifetime -> parts.add(new Part.CachePoint(lifetime)));
            block.nothingElse();
        }
        return parts;
    }

    /** The {@code cache_control} of a block or tool. */
    static Optional<CacheLifetime> cacheControl(Members block) {
        return block.optionalMembers("cache_control")
                .map(
                        control -> {
                            if (!control.text("type").equals("ephemeral")) {
                                throw control.unknown("type", "must be ephemeral");
                            }
                            return switch (control.optionalText("ttl").orElse("5m")) {
                                case "5m" -> CacheLifetime.MINUTES;
                                case "1h" -> CacheLifetime.HOUR;
                                default -> throw control.unknown("ttl", "must be 5m or 1h");
                            };
                        });
    }

    private static Part part(Members block) {
        String type = block.text("type");
        return switch (type) {
            case "text" -> text(block);
            case "image" -> new Part.Image(source(block.members("source")), Optional.empty());
            case "document" -> document(block);
            case "tool_use" -> toolUse(block);
            case "tool_result" ->
                    new Part.ToolResult(
                            block.text("tool_use_id"),
                            read(block, "content"),
                            block.optionalFlag("is_error").orElse(false));
            case "thinking" ->
                    new Part.Thinking(
                            block.text("thinking"),
                            block.optionalText("signature").filter(s -> !s.isEmpty()));
            case "redacted_thinking" -> new Part.RedactedThinking(block.text("data"));
            default -> throw block.unknown("type", "has a value that is not supported: " + type);
        };
    }

    private static Part text(Members block) {
        if (!block.list("citations").isEmpty()) {
            throw block.unknown("citations", "is not supported");
        }
        return new Part.Text(block.text("text"));
    }

    private static Part document(Members block) {
        block.optionalMembers("citations")
                .filter(citations -> citations.optionalFlag("enabled").orElse(false))
                .ifPresent(
                        _ -> {
                            throw block.unknown("citations", "is not supported");
                        });
        return new Part.Document(source(block.members("source")), block.optionalText("title"));
    }

    private static Part toolUse(Members block) {
        // answers say who called: a model directly, which is the only way that we know
        block.optionalMembers("caller")
                .filter(caller -> !caller.text("type").equals("direct"))
                .ifPresent(
                        _ -> {
                            throw block.unknown("caller", "is not supported");
                        });
        return new Part.ToolCall(
                block.text("id"), block.text("name"), Json.line(block.object("input")));
    }

    private static Part.Source source(Members source) {
        Part.Source read =
                switch (source.text("type")) {
                    case "base64" ->
                            new Part.Source.Inline(source.text("media_type"), source.text("data"));
                    case "text" ->
                            new Part.Source.Inline(
                                    source.text("media_type"), encode(source.text("data")));
                    case "url" -> new Part.Source.Remote(source.text("url"));
                    case "file" -> new Part.Source.Uploaded(source.text("file_id"));
                    default -> throw source.unknown("type", "has a value that is not supported");
                };
        source.nothingElse();
        return read;
    }

    private static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
