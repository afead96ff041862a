package dev.distill.models.chat.jinja;

import java.util.ArrayList;
import java.util.List;

/** What is written, and which parts of it a {@code generation} block wrote. */
final class Output {
    private final StringBuilder text = new StringBuilder();
    private final List<Rendered.Span> generated = new ArrayList<>();

    void write(String part) {
        if ((long) text.length() + part.length() > Limits.TEXT) {
            throw new TemplateError(
                    "the template writes more than %d characters".formatted(Limits.TEXT));
        }
        text.append(part);
    }

    int length() {
        return text.length();
    }

    void generated(int from) {
        generated.add(new Rendered.Span(from, text.length()));
    }

    Rendered rendered() {
        return new Rendered(text.toString(), generated);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
