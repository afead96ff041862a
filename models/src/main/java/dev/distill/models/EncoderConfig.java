package dev.distill.models;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The shape of an encoder with a classification head, as its config.json tells it.
 *
 * @param architecture which family of encoders
 * @param size the dimensions
 * @param activation the non-linearity of the feed-forward blocks
 * @param layerNormEps what layer norms add to the variance
 * @param dropout probabilities while training
 * @param head how token vectors become one vector
 * @param labels the classes in the order of the logits; empty for a base without a head
 * @param maxLength most tokens of a text, [CLS] and [SEP] counted; longer texts are cut
 * @param local where tokens look; without it, every token sees the whole text
 * @param padToken number of [PAD], for readers of config.json: our programs do not look at padding
 */
public record EncoderConfig(
        Architecture architecture,
        Size size,
        Activation activation,
        double layerNormEps,
        Dropout dropout,
        Head head,
        List<String> labels,
        int maxLength,
        Optional<LocalAttention> local,
        int padToken) {
    public EncoderConfig {
        labels = List.copyOf(labels);
        if (maxLength < 2 || maxLength > size.positions()) {
            throw new IllegalArgumentException(
                    "max_length must be in [2, %d], got %d".formatted(size.positions(), maxLength));
        }
    }

    /** An encoder whose tokens see the whole text, with [PAD] as token 0. */
    public EncoderConfig(
            Architecture architecture,
            Size size,
            Activation activation,
            double layerNormEps,
            Dropout dropout,
            Head head,
            List<String> labels,
            int maxLength) {
        this(
                architecture,
                size,
                activation,
                layerNormEps,
                dropout,
                head,
                labels,
                maxLength,
                Optional.empty(),
                0);
    }

    /**
     * The dimensions of an encoder.
     *
     * @param vocabulary rows of the token embedding
     * @param hidden length of a token's vector
     * @param layers number of blocks
     * @param heads attention heads; they share out the hidden size
     * @param intermediate inner length of the feed-forward blocks
     * @param positions most tokens of a text
     * @param tokenTypes rows of the token type embedding; 0 where there is none
     */
    public record Size(
            int vocabulary,
            int hidden,
            int layers,
            int heads,
            int intermediate,
            int positions,
            int tokenTypes) {}

    /**
     * Dropout probabilities, each in [0, 1).
     *
     * @param hidden after embeddings and after each block
     * @param attention on attention weights
     * @param classifier before the last layer
     */
    public record Dropout(double hidden, double attention, double classifier) {
        /** No dropout at all. */
        public static final Dropout NONE = new Dropout(0, 0, 0);
    }

    /**
     * Reads a config.json.
     *
     * @throws dev.distill.config.UserError naming every member that is missing, of the wrong type
     *     or out of range, and for a {@code model_type} that is not known
     */
    public static EncoderConfig read(Path file) {
        return EncoderConfigJson.read(file);
    }

    /** Like {@link #read}, for a config that stands inside another file. */
    public static EncoderConfig of(Path file, JsonNode json) {
        return EncoderConfigJson.of(file, json);
    }

    /** The text of the config.json from which {@link #read} makes an equal config. */
    public String toJson() {
        return EncoderConfigJson.write(this);
    }

    /** The same encoder with a new head. */
    public EncoderConfig withHead(Head newHead, List<String> newLabels, int newMaxLength) {
        return new EncoderConfig(
                architecture,
                size,
                activation,
                layerNormEps,
                dropout,
                newHead,
                newLabels,
                newMaxLength,
                local,
                padToken);
    }

    /** The same encoder with other dropout. */
    public EncoderConfig withDropout(Dropout newDropout) {
        return new EncoderConfig(
                architecture,
                size,
                activation,
                layerNormEps,
                newDropout,
                head,
                labels,
                maxLength,
                local,
                padToken);
    }

    /** How many numbers the weights hold together. */
    public long parameterCount() {
        return shapes().values().stream().mapToLong(Shape::size).sum();
    }

    /**
     * Names and shapes of all weights, in the order of packages; without labels there is no head.
     */
    public Map<String, Shape> shapes() {
        Map<String, Shape> shapes = encoderShapes();
        if (labels.isEmpty()) {
            return shapes;
        }
        long hidden = size.hidden();
        switch (head) {
            case POOLER -> Architecture.linear(shapes, "bert.pooler.dense", hidden, hidden);
            case PRE_CLASSIFIER -> Architecture.linear(shapes, "pre_classifier", hidden, hidden);
            case PREDICTION_CLS, PREDICTION_MEAN -> {
                shapes.put("head.dense.weight", new Shape(hidden, hidden));
                shapes.put("head.norm.weight", new Shape(hidden));
            }
            case CLS, MEAN -> {}
        }
        Architecture.linear(shapes, "classifier", labels.size(), hidden);
        return shapes;
    }

    /** Names and shapes of the weights below the head. */
    Map<String, Shape> encoderShapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        architecture.addShapes(shapes, size);
        return shapes;
    }
}
