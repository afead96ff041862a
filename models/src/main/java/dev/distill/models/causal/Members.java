package dev.distill.models.causal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.models.JsonFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The members of a JSON file that holds one object, and all that is wrong with them. */
final class Members {
    private final Path file;
    private final ObjectNode json;
    private final List<Problem> problems;

    private Members(Path file, ObjectNode json, List<Problem> problems) {
        this.file = file;
        this.json = json;
        this.problems = problems;
    }

    /**
     * Reads a file.
     *
     * @throws UserError when it is missing or is not one JSON object
     */
    static Members read(Path file) {
        if (JsonFile.read(file) instanceof ObjectNode object) {
            return new Members(file, object, new ArrayList<>());
        }
        throw UserError.invalid(Location.of(file), "not a JSON object");
    }

    /** The object in a text that {@link #text} gave. */
    static ObjectNode parse(String text) {
        try {
            return (ObjectNode) Json.parse(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a JSON object: " + text, e);
        }
    }

    /** The family that {@code model_type} names. */
    Family family() {
        String type = json.path("model_type").asText();
        return Family.of(type)
                .orElseThrow(
                        () ->
                                UserError.invalid(
                                        Location.of(file),
                                        json.has("model_type")
                                                ? "model_type '%s' is not known".formatted(type)
                                                : "model_type is missing",
                                        "known are " + String.join(", ", Family.modelTypes())));
    }

    /**
     * The member {@code name}, if it is an object, else this. What it lacks of {@code inherited} it
     * takes from here.
     */
    Members nested(String name, String inherited) {
        if (!(json.path(name) instanceof ObjectNode inner)) {
            return this;
        }
        ObjectNode copy = inner.deepCopy();
        if (!copy.has(inherited) && json.has(inherited)) {
            copy.set(inherited, json.path(inherited));
        }
        return new Members(file, copy, problems);
    }

    /** The member; a missing node for null. */
    JsonNode get(String name) {
        JsonNode value = json.path(name);
        return value.isNull() ? json.path("") : value;
    }

    boolean has(String name) {
        return json.hasNonNull(name);
    }

    /** A whole number of at least 1 that must be there. */
    int positive(String name) {
        if (!has(name)) {
            problem(name + " is missing");
            return 1;
        }
        return positive(name, 1);
    }

    /** A whole number of at least 1. */
    int positive(String name, int whenAbsent) {
        JsonNode value = get(name);
        if (value.isMissingNode()) {
            return whenAbsent;
        }
        if (!value.isInt() || value.asInt() < 1) {
            problem("%s must be >= 1, got %s".formatted(name, value));
            return 1;
        }
        return value.asInt();
    }

    double number(String name, double whenAbsent) {
        JsonNode value = get(name);
        if (value.isMissingNode() || value.isNumber()) {
            return value.asDouble(whenAbsent);
        }
        problem("%s must be a number, got %s".formatted(name, value));
        return whenAbsent;
    }

    boolean flag(String name, boolean whenAbsent) {
        JsonNode value = get(name);
        if (value.isMissingNode() || value.isBoolean()) {
            return value.asBoolean(whenAbsent);
        }
        problem("%s must be true or false, got %s".formatted(name, value));
        return whenAbsent;
    }

    void problem(String message) {
        Problem problem = Problem.at(Location.of(file), message);
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }

    /** Throws all problems at once, if there are any. */
    void check() {
        if (!problems.isEmpty()) {
            throw new UserError(ExitCode.INVALID_INPUT, problems);
        }
    }

    /** The object as JSON. */
    String text() {
        return Json.line(json);
    }
}
