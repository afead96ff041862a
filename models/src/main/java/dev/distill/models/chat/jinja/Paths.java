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

    /** The parts in order, as a list: so are compared even those that are not there. */
    Object follow(Object value) {
        return paths.stream().map(path -> path.follow(value)).toList();
    }
}
