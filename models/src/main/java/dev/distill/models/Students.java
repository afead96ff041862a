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
import java.util.List;

/** Student packages of every kind; {@code model_type} in a package's config.json says which. */
public final class Students {
    private Students() {}

    /**
     * Loads the student of a package.
     *
     * @throws UserError when a file is missing or damaged, or nobody knows its {@code model_type}
     */
    public static Classifier load(Path folder) {
        Path config = folder.resolve(Bases.CONFIG);
        String type = modelType(config);
        if (Architecture.modelTypes().contains(type)) {
            return EncoderClassifier.load(folder);
        }
        throw unknown(config, type);
    }

    /**
     * Replaces the card of a package, for figures that became known after it was written.
     *
     * @throws UserError as {@link #load}
     */
    public static void describe(Path folder, ModelCard card) {
        Path config = folder.resolve(Bases.CONFIG);
        String type = modelType(config);
        if (Architecture.modelTypes().contains(type)) {
            StudentPackage.describe(folder, card);
        } else {
            throw unknown(config, type);
        }
    }

    /** The values of {@code model_type} that {@link #load} knows. */
    static List<String> modelTypes() {
        return Architecture.modelTypes();
    }

    private static UserError unknown(Path config, String type) {
        return UserError.invalid(
                Location.of(config),
                type.isEmpty()
                        ? "model_type is missing"
                        : "model_type '%s' is not known".formatted(type),
                "known are " + String.join(", ", modelTypes()));
    }

    private static String modelType(Path config) {
        try {
            JsonNode json = Json.parse(Files.readString(config));
            return json.path("model_type").asText("");
        } catch (JsonProcessingException e) {
            var place = e.getLocation();
            throw UserError.invalid(
                    new Location(config, place.getLineNr(), place.getColumnNr()),
                    "not JSON: " + e.getOriginalMessage());
        } catch (NoSuchFileException _) {
            throw UserError.invalid(Location.of(config), "there is no such file");
        } catch (IOException e) {
            throw UserError.invalid(Location.of(config), "cannot read: " + e.getMessage());
        }
    }
}
