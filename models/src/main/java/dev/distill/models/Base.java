package dev.distill.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.files.AtomicFile;
import dev.distill.files.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * What a student starts from: a folder in the Hugging Face layout with config.json, tokenizer.json
 * and the weights, in one file or in several. {@link Bases} finds them.
 *
 * @param name as the job names it
 * @param folder where the files are
 */
public record Base(String name, Path folder) {
    /** The standard deviation of new weights, as BERT was initialised. */
    private static final double INITIALIZER_RANGE = 0.02;

    /** Layers of a head that a base may have, unlike the classifier itself. */
    private static final String TRANSFORM = "head.";

    /** The encoder's config. */
    public EncoderConfig config() {
        return EncoderConfig.read(folder.resolve(Bases.CONFIG));
    }

    /** The tokenizer's file. */
    public Path tokenizerFile() {
        return folder.resolve(Bases.TOKENIZER);
    }

    /** Whether the weights are here, in one file or in several. */
    public boolean hasWeights() {
        return Shards.in(folder);
    }

    /** The digest of the weights, for lineage. */
    public Digest digest() {
        return Shards.digest(folder);
    }

    /** The licence that the folder's README.md declares, or {@code unknown}. */
    public String licence() {
        Path readme = folder.resolve("README.md");
        if (!Files.isRegularFile(readme)) {
            return "unknown";
        }
        try {
            return Files.readAllLines(readme).stream()
                    .filter(line -> line.startsWith("license:"))
                    .map(line -> line.substring("license:".length()).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            throw AtomicFile.unreadable(readme, e);
        }
    }

    /**
     * The weights of a new student: the base's encoder and a new head. What a language model of
     * ModernBERT has learned below its decoder becomes part of the head, as in transformers.
     *
     * @param config the base's config with the student's head
     * @param seed of the head's random numbers
     * @throws dev.distill.config.UserError naming every weight that the base lacks or has in
     *     another shape
     */
    public Weights newStudent(NDManager parent, EncoderConfig config, long seed) {
        Map<String, Shape> inBase = config.encoderShapes();
        Set<String> optional = new HashSet<>();
        config.shapes()
                .forEach(
                        (name, shape) -> {
                            if (name.startsWith(TRANSFORM)) {
                                inBase.put(name, shape);
                                optional.add(name);
                            }
                        });
        Weights weights =
                Checkpoint.read(parent, folder, inBase, optional, config.architecture().prefix());
        Random random = new Random(seed);
        config.shapes()
                .forEach(
                        (name, shape) -> {
                            if (!weights.contains(name)) {
                                weights.put(name, fresh(parent, name, shape, random));
                            }
                        });
        return weights;
    }

    private static NDArray fresh(NDManager manager, String name, Shape shape, Random random) {
        float[] numbers = new float[Math.toIntExact(shape.size())];
        if (name.endsWith("norm.weight")) {
            Arrays.fill(numbers, 1);
        } else if (name.endsWith(".weight")) {
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) (random.nextGaussian() * INITIALIZER_RANGE);
            }
        }
        return manager.create(numbers, shape);
    }
}
