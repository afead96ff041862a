package dev.distill.models.head;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import dev.distill.models.Base;
import dev.distill.models.Calibration;
import dev.distill.models.ModelCard;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A student of kind {@code head} as a folder: the encoder in the Hugging Face layout
 * (model.safetensors, tokenizer.json, tokenizer_config.json), head.safetensors, calibration.json,
 * README.md and config.json. {@link HeadClassifier} loads it.
 *
 * <p>transformers has no class for it: it loads the encoder, and README.md has the lines that
 * compute the head.
 */
public final class HeadPackage {
    /** The head's arrays. */
    public static final String HEAD = "head.safetensors";

    static final String CONFIG = "config.json";
    static final String TOKENIZER = "tokenizer.json";
    private static final String ENCODER = "model.safetensors";
    private static final String README = "README.md";

    private HeadPackage() {}

    /**
     * Writes a package; config.json comes last, so that a folder without it is unfinished. Equal
     * arguments give equal bytes.
     *
     * @param head a safetensors file with exactly the arrays that {@code shape} asks for
     * @param base where encoder and tokenizer come from
     */
    public static void write(
            Path folder,
            HeadShape shape,
            Path head,
            Base base,
            Calibration calibration,
            ModelCard card) {
        try (NDManager manager = Torch.newManager();
                Weights encoder = base.newStudent(manager, shape.encoder(), 0);
                Weights arrays = read(manager, head, shape)) {
            encoder.write(folder.resolve(ENCODER));
            arrays.write(folder.resolve(HEAD));
        }
        Path tokenizer = base.tokenizerFile();
        try {
            AtomicFile.write(folder.resolve(TOKENIZER), Files.readString(tokenizer));
        } catch (IOException e) {
            throw AtomicFile.unreadable(tokenizer, e);
        }
        AtomicFile.write(folder.resolve("tokenizer_config.json"), tokenizerConfig(shape));
        calibration.write(folder);
        AtomicFile.write(folder.resolve(README), HeadCard.markdown(card, shape));
        AtomicFile.write(folder.resolve(CONFIG), shape.toJson());
    }

    /** Replaces the card of a package, for figures that became known after it was written. */
    public static void describe(Path folder, ModelCard card) {
        HeadShape shape = HeadShape.read(folder.resolve(CONFIG));
        AtomicFile.write(folder.resolve(README), HeadCard.markdown(card, shape));
    }

    /**
     * Reads the arrays of a head.
     *
     * @throws UserError naming every array that is missing or has another shape
     */
    static Weights read(NDManager parent, Path file, HeadShape shape) {
        Weights weights = Weights.read(parent, file);
        List<Problem> problems = new ArrayList<>();
        shape.shapes()
                .forEach(
                        (name, expected) -> {
                            if (!weights.contains(name)) {
                                problems.add(problem(file, name + " is missing"));
                            } else if (!weights.get(name).getShape().equals(expected)) {
                                problems.add(
                                        problem(
                                                file,
                                                "%s has shape %s, config.json asks for %s"
                                                        .formatted(
                                                                name,
                                                                weights.get(name).getShape(),
                                                                expected)));
                            }
                        });
        weights.names().stream()
                .filter(name -> !shape.shapes().containsKey(name))
                .forEach(name -> problems.add(problem(file, name + " is not in config.json")));
        if (!problems.isEmpty()) {
            weights.close();
            throw new UserError(ExitCode.INVALID_INPUT, problems);
        }
        return weights;
    }

    private static Problem problem(Path file, String message) {
        return Problem.at(Location.of(file), message);
    }

    /** What transformers reads beside tokenizer.json. */
    private static String tokenizerConfig(HeadShape shape) {
        ObjectNode json = Json.object();
        json.put("tokenizer_class", "PreTrainedTokenizerFast");
        json.put("model_max_length", shape.encoder().maxLength());
        json.put("cls_token", "[CLS]").put("sep_token", "[SEP]").put("pad_token", "[PAD]");
        json.put("unk_token", "[UNK]").put("mask_token", "[MASK]");
        json.putArray("model_input_names").add("input_ids").add("attention_mask");
        return Json.pretty(json);
    }
}
