package dev.distill.models.chat.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The names that are known at a place. A name is looked for outwards and assigned innermost, so
 * that what a loop assigns is forgotten at the end of each round.
 */
final class Scope {
    private final Optional<Scope> outer;
    private final Map<String, Object> names = new HashMap<>();

    /** Names that a template starts with. */
    Scope(Map<String, Object> names) {
        this.outer = Optional.empty();
        this.names.putAll(names);
    }

    private Scope(Scope outer) {
        this.outer = Optional.of(outer);
    }

    Scope inner() {
        return new Scope(this);
    }

    void set(String name, Object value) {
        names.put(name, value);
    }

    Object get(String name) {
        for (Optional<Scope> at = Optional.of(this); at.isPresent(); at = at.get().outer) {
            Object value = at.get().names.get(name);
            if (value != null) {
                return value;
            }
        }
        return Undefined.name(name);
    }
}
