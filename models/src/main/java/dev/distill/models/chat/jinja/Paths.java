package dev.distill.models.chat.jinja;

import java.util.Arrays;
import java.util.List;

/** Several ways, as {@code sort} takes them: {@code 'role,content'}. */
record Paths(List<Path> paths) {
    static Paths of(Object attribute) {
        return new Paths(
                attribute instanceof String text
                        ? Arrays.stream(text.split(",", -1)).map(Path::of).toList()
                        : List.of(Path.of(attribute)));
    }

    /** The parts in order, or the only one. */
    Object follow(Object value) {
        return paths.size() == 1
                ? paths.getFirst().follow(value)
                : paths.stream().map(path -> path.follow(value)).toList();
    }
}
