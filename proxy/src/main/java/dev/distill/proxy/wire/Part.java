package dev.distill.proxy.wire;

import java.util.List;
import java.util.Optional;

/** A piece of a message. */
public sealed interface Part {
    /** Plain text. */
    record Text(String text) implements Part {}

    /**
     * The caller asks the provider to cache everything up to here. It says nothing to the model, so
     * a dialect without a word for it leaves it out.
     */
    record CachePoint(CacheLifetime lifetime) implements Part {}

    /** A picture. */
    record Image(Source source, Optional<String> detail) implements Part {}

    /** A sound, for example {@code wav} or {@code mp3}. */
    record Audio(String format, String base64) implements Part {}

    /** A document, for example a PDF. */
    record Document(Source source, Optional<String> name) implements Part {}

    /** Where the bytes of an image or document are. They are passed on as text, never decoded. */
    sealed interface Source {
        /** Bytes in the request itself. */
        record Inline(String mediaType, String base64) implements Source {}

        /** Bytes that the provider fetches. */
        record Remote(String url) implements Source {}

        /** Bytes that the provider has already; its name for them means nothing elsewhere. */
        record Uploaded(String fileId) implements Source {}
    }

    /**
     * A model calls a function.
     *
     * @param arguments JSON text of an object, <code>{}</code> when there is none
     */
    record ToolCall(String id, String name, String arguments) implements Part {}

    /** What a function returned. */
    record ToolResult(String callId, List<Part> content, boolean failed) implements Part {
        public ToolResult {
            content = List.copyOf(content);
        }
    }

    /**
     * What the model thought.
     *
     * @param signature the provider's proof of it; it means nothing to another provider, which
     *     leaves such thoughts out
     */
    record Thinking(String text, Optional<String> signature) implements Part {}

    /** Thoughts that only the provider can read. */
    record RedactedThinking(String data) implements Part {}

    /** The model's words for not answering. */
    record Refusal(String text) implements Part {}
}
