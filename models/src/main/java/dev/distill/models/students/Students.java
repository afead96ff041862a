package dev.distill.models.students;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.models.Architecture;
import dev.distill.models.Classifier;
import dev.distill.models.EncoderClassifier;
import dev.distill.models.ModelCard;
import dev.distill.models.StudentPackage;
import dev.distill.models.assistant.Assistant;
import dev.distill.models.assistant.AssistantPackage;
import dev.distill.models.linear.LinearClassifier;
import dev.distill.models.linear.LinearPackage;
import dev.distill.models.linear.LinearShape;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Student packages of every kind; {@code model_type} in a package's config.json says which. */
public final class Students {
    private static final String CONFIG = "config.json";

    private Students() {}

    /** A kind of package, as far as everybody handles it. */
    private enum Format {
        ENCODER(Architecture.modelTypes()) {
            @Override
            Classifier load(Path folder) {
                return EncoderClassifier.load(folder);
            }

            @Override
            void describe(Path folder, ModelCard card) {
                StudentPackage.describe(folder, card);
            }
        },
        LINEAR(List.of(LinearShape.MODEL_TYPE)) {
            @Override
            Classifier load(Path folder) {
                return LinearClassifier.load(folder);
            }

            @Override
            void describe(Path folder, ModelCard card) {
                LinearPackage.describe(folder, card);
            }
        },
        ASSISTANT(AssistantPackage.modelTypes()) {
            @Override
            Classifier load(Path folder) {
                throw UserError.invalid(
                        Location.of(folder), "the package is a language model, not a classifier");
            }

            @Override
            void describe(Path folder, ModelCard card) {
                AssistantPackage.describe(folder, card);
            }
        };

        @SuppressWarnings("ImmutableEnumChecker") // made by List.of
        private final List<String> modelTypes;

        Format(List<String> modelTypes) {
            this.modelTypes = modelTypes;
        }

        abstract Classifier load(Path folder);

        abstract void describe(Path folder, ModelCard card);

        static Format of(Path folder) {
            Path config = folder.resolve(CONFIG);
            String type = modelType(config);
            return Arrays.stream(values())
                    .filter(format -> format.modelTypes.contains(type))
                    .findFirst()
                    .orElseThrow(() -> unknown(config, type));
        }
    }

    /**
     * Whether a package is a language model, for {@link Assistant#load}, and not a classifier.
     *
     * @throws UserError when nobody knows its {@code model_type}
     */
    public static boolean isAssistant(Path folder) {
        return Format.of(folder) == Format.ASSISTANT;
    }

    /**
     * Loads the classifier of a package.
     *
     * @throws UserError when a file is missing or damaged, or nobody knows its {@code model_type}
     */
    public static Classifier load(Path folder) {
        return Format.of(folder).load(folder);
    }

    /**
     * Replaces the card of a package, for figures that became known after it was written.
     *
     * @throws UserError as {@link #load}
     */
    public static void describe(Path folder, ModelCard card) {
        Format.of(folder).describe(folder, card);
    }

    private static UserError unknown(Path config, String type) {
        return UserError.invalid(
                Location.of(config),
                type.isEmpty()
                        ? "model_type is missing"
                        : "model_type '%s' is not known".formatted(type),
                "known are "
                        + Arrays.stream(Format.values())
                                .flatMap(format -> format.modelTypes.stream())
                                .collect(Collectors.joining(", ")));
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
