package dev.distill.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a model's JSON file; what is wrong with it is said at its line and column. */
public final class JsonFile {
    private JsonFile() {}

    /**
     * Reads a file.
     *
     * @throws UserError when it is missing, cannot be read, or is not JSON
     */
    public static JsonNode read(Path file) {
        try {
            return Json.parse(Files.readString(file));
        } catch (JsonProcessingException e) {
            var place = e.getLocation();
            throw UserError.invalid(
                    new Location(file, place.getLineNr(), place.getColumnNr()),
                    "not JSON: " + e.getOriginalMessage());
        } catch (NoSuchFileException _) {
            throw UserError.invalid(Location.of(file), "there is no such file");
        } catch (IOException e) {
            throw UserError.invalid(Location.of(file), "cannot read: " + e.getMessage());
        }
    }
}
