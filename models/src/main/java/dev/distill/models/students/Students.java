package dev.distill.models.students;

import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.models.Architecture;
import dev.distill.models.Classifier;
import dev.distill.models.EncoderClassifier;
import dev.distill.models.JsonFile;
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
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Student packages of every kind; {@code model_type} in a package's config.json says which. */
public final class Students {
    private static final String CONFIG = "config.json";

    private Students() {}

    /** A kind of package, as far as everybody handles it. */
    @SuppressWarnings("ImmutableEnumChecker") // lists that nobody can change
    private enum Format {
        ENCODER(Architecture.modelTypes(), EncoderClassifier::load, StudentPackage::describe),
        LINEAR(List.of(LinearShape.MODEL_TYPE), LinearClassifier::load, LinearPackage::describe),
        HEAD(List.of(HeadShape.MODEL_TYPE), HeadClassifier::load, HeadPackage::describe),
        CAUSAL(
                CausalPackage.modelTypes(),
                folder -> CausalClassifier.load(folder, Precision.FP32, CausalPackage.CLOCK),
                CausalPackage::describe);

        private final List<String> modelTypes;
        private final Function<Path, Classifier> load;
        private final BiConsumer<Path, ModelCard> describe;

        Format(
                List<String> modelTypes,
                Function<Path, Classifier> load,
                BiConsumer<Path, ModelCard> describe) {
            this.modelTypes = modelTypes;
            this.load = load;
            this.describe = describe;
        }

        static Format of(Path folder) {
            Path config = folder.resolve(CONFIG);
            String type = JsonFile.read(config).path("model_type").asText("");
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
        return Format.of(folder).load.apply(folder);
    }

    /**
     * Replaces the card of a package, for figures that became known after it was written.
     *
     * @throws UserError as {@link #load}
     */
    public static void describe(Path folder, ModelCard card) {
        Format.of(folder).describe.accept(folder, card);
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
}
