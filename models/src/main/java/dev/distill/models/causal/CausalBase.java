package dev.distill.models.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.files.Digest;
import dev.distill.models.Shards;
import dev.distill.models.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a causal student starts from, or a teacher in the process is: a folder in the Hugging Face
 * layout with config.json, tokenizer.json, a chat template and weights in one file or several.
 *
 * @param folder where the files are
 */
public record CausalBase(Path folder) {
    /** The decoder's shape. */
    public CausalConfig config() {
        return CausalConfig.read(folder.resolve("config.json"));
    }

    /** The tokenizer's file. */
    public Path tokenizerFile() {
        return folder.resolve("tokenizer.json");
    }

    /** Whether there are weights to start from. */
    public boolean hasWeights() {
        return Shards.in(folder);
    }

    /**
     * Its weights in float32.
     *
     * @throws dev.distill.config.UserError naming all that is missing or has another shape
     */
    public Weights weights(NDManager parent) {
        return Shards.read(parent, folder, config().shapes(), Names::plain);
    }

    /**
     * Random weights of its shape: normal with the config's {@code initializer_range} as deviation,
     * norms at 1, biases at 0, and the decays of the gated delta rule as their authors draw them.
     */
    public Weights fresh(NDManager parent, long seed) {
        CausalConfig config = config();
        Random random = new Random(seed);
        Weights weights = new Weights(parent);
        config.shapes()
                .forEach(
                        (name, shape) ->
                                weights.put(name, fresh(parent, config, name, shape, random)));
        return weights;
    }

    private static NDArray fresh(
            NDManager manager, CausalConfig config, String name, Shape shape, Random random) {
        float[] numbers = new float[Math.toIntExact(shape.size())];
        if (name.endsWith("norm.weight")) {
            boolean ownNorm =
                    name.endsWith("linear_attn.norm.weight"); // the gated one is not offset
            Arrays.fill(numbers, config.family().normsFromOne() && !ownNorm ? 0 : 1);
        } else if (name.endsWith(".dt_bias")) {
            Arrays.fill(numbers, 1);
        } else if (name.endsWith(".A_log")) {
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) Math.log(16 * (1 - random.nextDouble())); // of (0, 16]
            }
        } else if (!name.endsWith(".bias")) {
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) (random.nextGaussian() * config.initializerRange());
            }
        }
        return manager.create(numbers, shape);
    }

    /** The digest of config, tokenizer and weights, for lineage and checkpoints. */
    public Digest digest() {
        try (Stream<Path> files = Files.list(folder)) {
            String all =
                    files.filter(CausalBase::matters)
                            .sorted()
                            .map(f -> f.getFileName() + " " + Digest.ofFile(f).hex())
                            .collect(Collectors.joining("\n"));
            return Digest.of(all);
        } catch (java.io.IOException e) {
            throw dev.distill.files.AtomicFile.unreadable(folder, e);
        }
    }

    private static boolean matters(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(".safetensors") || name.endsWith(".json") || name.endsWith(".jinja");
    }
}
