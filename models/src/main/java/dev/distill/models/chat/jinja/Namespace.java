package dev.distill.models.chat.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** The only value that a template can change: {@code {% set ns.name = value %}}. */
final class Namespace {
    private final Map<String, Object> members = new LinkedHashMap<>();

    Object get(String name) {
        Object value = members.get(name);
        return value == null
                ? new Undefined(
                        "'jinja2.utils.Namespace object' has no attribute '%s'".formatted(name))
                : value;
    }

    void set(String name, Object value) {
        members.put(name, value);
    }

    Map<String, Object> members() {
        return members;
    }
}
