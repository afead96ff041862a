package dev.distill.models.chat.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The way to a part of a value that filters take as {@code attribute}: {@code 'function.name'}.
 *
 * @param keys from the outside inwards
 * @param whenAbsent what stands for a part that is not there
 */
record Path(List<Object> keys, Optional<Object> whenAbsent) {
    /** From an argument: none means the value itself. */
    static Path of(Object attribute) {
        List<Object> keys = new ArrayList<>();
        switch (attribute) {
            case None _ -> {}
            case String text -> {
                for (String key : text.split("\\.", -1)) {
                    boolean number = !key.isEmpty() && key.chars().allMatch(Character::isDigit);
                    keys.add(number ? new BigInteger(key) : key);
                }
            }
            default -> keys.add(attribute);
        }
        return new Path(keys, Optional.empty());
    }

    Path or(Object value) {
        return new Path(keys, Optional.of(value));
    }

    Object follow(Object value) {
        Object part = value;
        for (Object key : keys) {
            part = Access.item(part, key);
            if (part instanceof Undefined && whenAbsent.isPresent()) {
                part = whenAbsent.get();
            }
        }
        return part;
    }
}
