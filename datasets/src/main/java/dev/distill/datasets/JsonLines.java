package dev.distill.datasets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.files.Json;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A file with one JSON object a line; blank lines do not count. */
final class JsonLines {
    private JsonLines() {}

    static void read(Path file, RequestRows rows) {
        Utf8Lines.read(
                file,
                (line, number) -> {
                    if (!line.isBlank()) {
                        row(line, Location.of(file, number), rows);
                    }
                });
    }

    private static void row(String line, Location location, RequestRows rows) {
        try {
            JsonNode json = Json.parse(line);
            if (json.isObject()) {
                Map<String, @Nullable Object> cells = new HashMap<>();
                json.properties().forEach(e -> cells.put(e.getKey(), cell(e.getValue())));
                rows.row(location, cells);
            } else {
                rows.problem(
                        Problem.at(location, "expected a JSON object, got " + json.getNodeType()));
            }
        } catch (JsonProcessingException e) {
            int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
            String reason = e.getOriginalMessage().lines().findFirst().orElse("");
            rows.problem(
                    Problem.at(
                            new Location(location.file(), location.line(), column),
                            "malformed JSON: " + reason));
        }
    }

    private static @Nullable Object cell(JsonNode value) {
        if (value.isNull()) {
            return null;
        }
        if (value.isTextual()) {
            return value.textValue();
        }
        return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : value;
    }
}
