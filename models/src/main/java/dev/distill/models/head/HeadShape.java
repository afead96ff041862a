package dev.distill.models.head;

import ai.djl.ndarray.types.Shape;
import dev.distill.models.EncoderConfig;
import dev.distill.models.Head;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The shape of a student of kind {@code head}, as its config.json tells it.
 *
 * @param encoder the frozen encoder, without labels: its vectors are means over the tokens
 * @param hiddenSizes lengths of the hidden layers, each followed by relu; none is a linear student
 * @param labels the classes in the order of the logits
 */
public record HeadShape(EncoderConfig encoder, List<Integer> hiddenSizes, List<String> labels) {
    /** {@code model_type} in config.json. */
    public static final String MODEL_TYPE = "distill-head";

    /** What is subtracted from each number of an embedding. */
    public static final String MEAN = "standardize.mean";

    /** What the differences are multiplied with. */
    public static final String SCALE = "standardize.scale";

    /** The last layer, whose outputs are the logits. */
    public static final String CLASSIFIER = "classifier";

    public HeadShape {
        hiddenSizes = List.copyOf(hiddenSizes);
        labels = List.copyOf(labels);
        encoder = encoder.withHead(Head.MEAN, List.of(), encoder.maxLength());
        if (hiddenSizes.stream().anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException("hidden_sizes must be >= 1, got " + hiddenSizes);
        }
        if (labels.isEmpty()) {
            throw new IllegalArgumentException("a head needs labels");
        }
    }

    /**
     * Reads a config.json.
     *
     * @throws dev.distill.config.UserError naming every member that is missing, of the wrong type
     *     or out of range
     */
    public static HeadShape read(Path file) {
        return HeadShapeJson.read(file);
    }

    /** The text of the config.json from which {@link #read} makes an equal shape. */
    public String toJson() {
        return HeadShapeJson.write(this);
    }

    /** The name of a hidden layer, counted from 0. */
    public static String layer(int number) {
        return "layers." + number;
    }

    /**
     * Names and shapes of the arrays in head.safetensors, the encoder's not among them: D numbers
     * of an embedding are standardised, then go through each layer's {@code .weight} (out, in) and
     * {@code .bias} (out).
     */
    public Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        long inputs = encoder.size().hidden();
        shapes.put(MEAN, new Shape(inputs));
        shapes.put(SCALE, new Shape(inputs));
        for (int i = 0; i < hiddenSizes.size(); i++) {
            linear(shapes, layer(i), hiddenSizes.get(i), inputs);
            inputs = hiddenSizes.get(i);
        }
        linear(shapes, CLASSIFIER, labels.size(), inputs);
        return shapes;
    }

    private static void linear(Map<String, Shape> shapes, String name, long outputs, long inputs) {
        shapes.put(name + ".weight", new Shape(outputs, inputs));
        shapes.put(name + ".bias", new Shape(outputs));
    }

    /** How many numbers encoder and head hold together. */
    public long parameterCount() {
        return encoder.parameterCount() + shapes().values().stream().mapToLong(Shape::size).sum();
    }
}
