package dev.distill.models.chat.jinja;

import java.util.List;

/**
 * What a template wrote.
 *
 * @param generated what stood in its {@code generation} blocks: what the model said, in order
 */
public record Rendered(String text, List<Span> generated) {
    public Rendered {
        generated = List.copyOf(generated);
    }

    /**
     * A part of the text, in UTF-16 units.
     *
     * @param from the first
     * @param end after the last
     */
    public record Span(int from, int end) {}
}
