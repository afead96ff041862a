package dev.distill.proxy.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.Suggestion;
import dev.distill.files.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The members of a JSON object, read with their types checked; a null counts as absent. Every
 * complaint names the member by its path. It remembers what was asked for, so that {@link
 * #nothingElse} can refuse what nobody understood.
 */
final class Members {
    /** Enough of an unknown name to find it. */
    private static final int MOST_NAMED = 100;

    private final JsonNode object;
    private final String path;
    private final Set<String> asked = new HashSet<>();

    private Members(JsonNode object, String path) {
        this.object = object;
        this.path = path;
    }

    /** The members of what must be an object. */
    static Members of(JsonNode object, String path) {
        if (!object.isObject()) {
            throw new WireException(
                    path, (path.isEmpty() ? "the body" : path) + " must be an object");
        }
        return new Members(object, path);
    }

    /** The members of JSON text that must be an object. */
    static Members parse(String text) {
        try {
            return of(Json.parse(text), "");
        } catch (JsonProcessingException e) {
            throw new WireException("", "not JSON (%s)".formatted(Json.where(e)));
        }
    }

    /** Whether there is such a member. */
    boolean has(String name) {
        return optional(name).isPresent();
    }

    /** Any value. */
    Optional<JsonNode> optional(String name) {
        asked.add(name);
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    /** A text that must be there. */
    String text(String name) {
        return optionalText(name).orElseThrow(() -> missing(name));
    }

    Optional<String> optionalText(String name) {
        return optional(name)
                .map(
                        value -> {
                            check(value.isTextual(), name, "a string");
                            return value.textValue();
                        });
    }

    Optional<Boolean> optionalFlag(String name) {
        return optional(name)
                .map(
                        value -> {
                            check(value.isBoolean(), name, "true or false");
                            return value.booleanValue();
                        });
    }

    OptionalInt optionalInt(String name) {
        Optional<JsonNode> value = optional(name);
        value.ifPresent(
                v -> check(v.isIntegralNumber() && v.canConvertToInt(), name, "an integer"));
        return value.isPresent() ? OptionalInt.of(value.get().intValue()) : OptionalInt.empty();
    }

    OptionalLong optionalLong(String name) {
        Optional<JsonNode> value = optional(name);
        value.ifPresent(
                v -> check(v.isIntegralNumber() && v.canConvertToLong(), name, "an integer"));
        return value.isPresent() ? OptionalLong.of(value.get().longValue()) : OptionalLong.empty();
    }

    OptionalDouble optionalDouble(String name) {
        Optional<JsonNode> value = optional(name);
        value.ifPresent(
                v -> check(v.isNumber() && Double.isFinite(v.doubleValue()), name, "a number"));
        return value.isPresent()
                ? OptionalDouble.of(value.get().doubleValue())
                : OptionalDouble.empty();
    }

    /** A number of tokens or the like, 0 when it is absent. */
    long count(String name) {
        Optional<JsonNode> value = optional(name);
        value.ifPresent(
                v ->
                        check(
                                v.isIntegralNumber() && v.canConvertToLong() && v.longValue() >= 0,
                                name,
                                "a number of things"));
        return value.map(JsonNode::longValue).orElse(0L);
    }

    /** An object that must be there, as it is. */
    ObjectNode object(String name) {
        JsonNode value = optional(name).orElseThrow(() -> missing(name));
        check(value.isObject(), name, "an object");
        return (ObjectNode) value;
    }

    /** An object that must be there, to be read in turn. */
    Members members(String name) {
        return of(object(name), path(name));
    }

    Optional<Members> optionalMembers(String name) {
        return optional(name).map(value -> of(value, path(name)));
    }

    /** The objects of a list, none when it is absent. */
    List<Members> list(String name) {
        Optional<JsonNode> value = optional(name);
        if (value.isEmpty()) {
            return List.of();
        }
        check(value.get().isArray(), name, "a list");
        List<Members> items = new ArrayList<>();
        for (JsonNode item : value.get()) {
            items.add(of(item, path(name) + "[" + items.size() + "]"));
        }
        return items;
    }

    /** The texts of a list, none when it is absent. */
    List<String> texts(String name) {
        Optional<JsonNode> value = optional(name);
        List<String> texts = new ArrayList<>();
        if (value.isPresent()) {
            check(value.get().isArray(), name, "a list of strings");
            for (JsonNode item : value.get()) {
                check(item.isTextual(), name, "a list of strings");
                texts.add(item.textValue());
            }
        }
        return texts;
    }

    /** Refuses every member that has not been asked for. */
    void nothingElse() {
        object.properties()
                .forEach(
                        member -> {
                            if (!asked.contains(member.getKey()) && !member.getValue().isNull()) {
                                throw unexpected(member.getKey());
                            }
                        });
    }

    /** Refuses a member that exists, with the reason why it cannot be translated. */
    void refuse(String name, String why) {
        if (has(name)) {
            throw unknown(name, why);
        }
    }

    private WireException unexpected(String name) {
        String brief = name.substring(0, Math.min(name.length(), MOST_NAMED));
        String meant =
                Suggestion.nearest(brief, asked).stream()
                        .findFirst()
                        .map(near -> "; did you mean " + near + "?")
                        .orElse("");
        return unknown(brief, "is not supported" + meant);
    }

    /** A complaint about a member. */
    WireException unknown(String name, String what) {
        return new WireException(path(name), path(name) + " " + what);
    }

    /** A complaint about a value that is wrong in any dialect. */
    WireException wrong(String name, String what) {
        return WireException.invalid(path(name), path(name) + " " + what);
    }

    /** The object itself. */
    JsonNode json() {
        return object;
    }

    /** A member's path. */
    String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private WireException missing(String name) {
        return wrong(name, "is missing");
    }

    private void check(boolean right, String name, String what) {
        if (!right) {
            throw wrong(name, "must be " + what);
        }
    }
}
