package dev.distill.models.chat.jinja;

import java.util.List;

/** Python's {@code tuple}: like a list, but equal only to tuples. */
record Tuple(List<Object> items) {
    Tuple {
        items = List.copyOf(items);
    }

    static Tuple of(Object... items) {
        return new Tuple(List.of(items));
    }
}
