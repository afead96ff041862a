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
import dev.distill.models.Precision;
import dev.distill.models.StudentPackage;
import dev.distill.models.Tokenizer;
import dev.distill.models.causal.CausalClassifier;
import dev.distill.models.causal.CausalPackage;
import dev.distill.models.causal.ChatModel;
import dev.distill.models.chat.ChatTemplate;
import dev.distill.models.chat.PromptProof;
import dev.distill.models.head.HeadClassifier;
import dev.distill.models.head.HeadPackage;
import dev.distill.models.head.HeadShape;
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
    @SuppressWarnings("ImmutableEnumChecker") // lists that nobody can change
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
        HEAD(List.of(HeadShape.MODEL_TYPE)) {
            @Override
            Classifier load(Path folder) {
                return HeadClassifier.load(folder);
            }

            @Override
            void describe(Path folder, ModelCard card) {
                HeadPackage.describe(folder, card);
            }
        },
        CAUSAL(CausalPackage.modelTypes()) {
            @Override
            Classifier load(Path folder) {
                return CausalClassifier.load(folder, Precision.FP32, CausalPackage.CLOCK);
            }

            @Override
            void describe(Path folder, ModelCard card) {
                CausalPackage.describe(folder, card);
            }
        };

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
     * Whether a package writes its answers, for {@link #loadChatModel}, instead of choosing one of
     * its labels.
     *
     * @throws UserError when nobody knows its {@code model_type}
     */
    public static boolean writes(Path folder) {
        return Format.of(folder) == Format.CAUSAL && CausalPackage.labels(folder).isEmpty();
    }

    /**
     * Loads a package that writes its answers, in float32: so an answer does not depend on those
     * that are written at the same time.
     *
     * @throws UserError when a file is missing or damaged, the files do not fit together, or the
     *     prompt is not the one that it was trained with
     */
    public static ChatModel loadChatModel(Path folder) {
        ChatModel model = ChatModel.load(folder, Precision.FP32, CausalPackage.CLOCK);
        try (Tokenizer tokenizer = Tokenizer.load(folder.resolve("tokenizer.json"))) {
            PromptProof.read(folder)
                    .ifPresent(
                            proof ->
                                    proof.check(
                                            ChatTemplate.load(folder, CausalPackage.CLOCK),
                                            tokenizer,
                                            model.config().size().vocabulary()));
            return model;
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
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
