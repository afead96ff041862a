package dev.distill.models.chat.jinja;

import java.util.List;
import java.util.Optional;

/** Values that are handed out one after the other, again and again. */
final class Cycler {
    private final List<Object> items;
    private int at;

    Cycler(List<Object> items) {
        this.items = List.copyOf(items);
    }

    Optional<Object> attribute(String name) {
        return switch (name) {
            case "current" -> Optional.of(items.get(at));
            case "next" -> Optional.of((Function) _ -> next());
            case "reset" ->
                    Optional.of(
                            (Function)
                                    _ -> {
                                        at = 0;
                                        return None.NONE;
                                    });
            default -> Optional.empty();
        };
    }

    private Object next() {
        Object item = items.get(at);
        at = (at + 1) % items.size();
        return item;
    }
}
