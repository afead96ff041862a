package dev.distill.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Why a record cannot be made: what is wrong, by the keys of its parts. */
final class WrongParts extends IllegalArgumentException {
    private final Map<String, String> parts;

    private WrongParts(Map<String, String> parts) {
        super(
                parts.entrySet().stream()
                        .map(part -> part.getKey() + " " + part.getValue())
                        .collect(Collectors.joining("; ")));
        this.parts = new LinkedHashMap<>(parts);
    }

    /** Throws when there are any. */
    static void throwIfAny(Map<String, String> parts) {
        if (!parts.isEmpty()) {
            throw new WrongParts(parts);
        }
    }

    /** What is wrong, to follow the name of each key. */
    Map<String, String> parts() {
        return parts;
    }
}
