package dev.distill.models;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A student as a folder in the Hugging Face layout: config.json, model.safetensors, tokenizer.json,
 * tokenizer_config.json and README.md. {@link EncoderClassifier} loads it, with calibration.json
 * where {@link Calibration} wrote one.
 *
 * <p>With {@link Head#POOLER} and {@link Head#PRE_CLASSIFIER} transformers loads it as it is. With
 * {@link Head#MEAN} and {@link Head#CLS}, for which transformers has no class, it loads the encoder
 * by {@code AutoModel}; the head is one linear layer, {@code classifier}, over the mean of the
 * token vectors or the first one, and README.md has the lines that compute it.
 */
public final class StudentPackage {
    private static final String README = "README.md";

    private StudentPackage() {}

    /**
     * Writes a package; config.json comes last, so that a folder without it is unfinished. Equal
     * arguments give equal bytes.
     *
     * @param weights exactly those that {@code config} asks for
     * @param tokenizer the tokenizer.json to copy
     */
    public static void write(
            Path folder, EncoderConfig config, Weights weights, Path tokenizer, ModelCard card) {
        if (!weights.shapes().equals(config.shapes())) {
            throw new IllegalArgumentException("the weights are not those of the config");
        }
        weights.write(folder.resolve(Bases.WEIGHTS));
        try {
            AtomicFile.write(folder.resolve(Bases.TOKENIZER), Files.readString(tokenizer));
        } catch (IOException e) {
            throw AtomicFile.unreadable(tokenizer, e);
        }
        AtomicFile.write(folder.resolve("tokenizer_config.json"), tokenizerConfig(config));
        AtomicFile.write(folder.resolve(README), card.markdown(config));
        AtomicFile.write(folder.resolve(Bases.CONFIG), config.toJson());
    }

    /** Like the other, with weights that are in a safetensors file, and nothing else is. */
    public static void write(
            Path folder, EncoderConfig config, Path weights, Path tokenizer, ModelCard card) {
        try (NDManager manager = Torch.newManager();
                Weights read = Weights.read(manager, weights)) {
            write(folder, config, read, tokenizer, card);
        }
    }

    /** Replaces the card of a package, for figures that became known after it was written. */
    public static void describe(Path folder, ModelCard card) {
        EncoderConfig config = EncoderConfig.read(folder.resolve(Bases.CONFIG));
        AtomicFile.write(folder.resolve(README), card.markdown(config));
    }

    /** What transformers reads beside tokenizer.json. */
    private static String tokenizerConfig(EncoderConfig config) {
        ObjectNode json = Json.object();
        json.put("tokenizer_class", "PreTrainedTokenizerFast");
        json.put("model_max_length", config.maxLength());
        json.put("cls_token", "[CLS]").put("sep_token", "[SEP]").put("pad_token", "[PAD]");
        json.put("unk_token", "[UNK]").put("mask_token", "[MASK]");
        json.putArray("model_input_names").add("input_ids").add("attention_mask");
        return Json.pretty(json);
    }
}
