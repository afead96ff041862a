package dev.distill.models.chat.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Python's {@code dict}: 1, 1.0 and True are one key, and lists and dicts are none. */
final class Dicts {
    private Dicts() {}

    /** The value of a key. */
    static Optional<Object> get(Map<?, ?> dict, Object key) {
        return Optional.ofNullable(dict.get(same(dict, key))).map(Object.class::cast);
    }

    /** Sets the value of a key; where there is an equal one, that stays. */
    static void put(Map<Object, Object> dict, Object key, Object value) {
        if (key instanceof List<?> || key instanceof Map<?, ?>) {
            throw new TemplateError("unhashable type: '%s'".formatted(Values.typeName(key)));
        }
        dict.put(same(dict, key), value);
    }

    private static Object same(Map<?, ?> dict, Object key) {
        if (Numbers.isNumber(key)) {
            for (Object other : dict.keySet()) {
                if (Numbers.isNumber(other) && Values.equal(other, key)) {
                    return other;
                }
            }
        }
        return key;
    }
}
