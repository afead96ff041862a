package dev.distill.models.chat.jinja;

import java.util.List;
import java.util.Optional;

/** What {@code loop} is inside of a {@code for}. */
final class Loop {
    private final List<Object> items;
    private final int depth;
    private final Optional<Function> again;
    private int index;
    private Optional<List<Object>> seen = Optional.empty();

    /**
     * @param depth how many loops of the same kind are around it
     * @param again what a recursive loop calls with the items of the next level
     */
    Loop(List<Object> items, int depth, Optional<Function> again) {
        this.items = items;
        this.depth = depth;
        this.again = again;
    }

    int length() {
        return items.size();
    }

    /** Goes to an item. */
    void at(int item) {
        index = item;
    }

    Object call(Arguments arguments) {
        return again.orElseThrow(
                        () ->
                                new TemplateError(
                                        "the loop must have the 'recursive' marker to be called"))
                .call(arguments);
    }

    Optional<Object> attribute(String name) {
        int length = items.size();
        return Optional.ofNullable(
                switch (name) {
                    case "index" -> Numbers.of(index + 1);
                    case "index0" -> Numbers.of(index);
                    case "revindex" -> Numbers.of(length - index);
                    case "revindex0" -> Numbers.of(length - index - 1);
                    case "first" -> index == 0;
                    case "last" -> index == length - 1;
                    case "length" -> Numbers.of(length);
                    case "depth" -> Numbers.of(depth + 1);
                    case "depth0" -> Numbers.of(depth);
                    case "previtem" ->
                            index > 0
                                    ? items.get(index - 1)
                                    : new Undefined("there is no previous item");
                    case "nextitem" ->
                            index + 1 < length
                                    ? items.get(index + 1)
                                    : new Undefined("there is no next item");
                    case "cycle" -> (Function) this::cycle;
                    case "changed" -> (Function) this::changed;
                    default -> null;
                });
    }

    private Object cycle(Arguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw new TemplateError("no items for cycling given");
        }
        return arguments.positional().get(index % arguments.positional().size());
    }

    private Object changed(Arguments arguments) {
        boolean changed = seen.isEmpty() || !Values.equal(seen.get(), arguments.positional());
        seen = Optional.of(arguments.positional());
        return changed;
    }
}
