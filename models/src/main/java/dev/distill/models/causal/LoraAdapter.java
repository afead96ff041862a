package dev.distill.models.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.models.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A low-rank adapter of a decoder (Hu et al. 2021, arXiv 2106.09685): for some linear layers two
 * small matrices A and B, whose product, scaled, is added to the layer's. As a folder it is PEFT's:
 * {@value #CONFIG} and {@value #WEIGHTS}.
 *
 * <p>Not thread-safe. Owns its weights; whoever made it closes it.
 */
public final class LoraAdapter implements AutoCloseable {
    /** Its settings. */
    public static final String CONFIG = "adapter_config.json";

    /** Its matrices. */
    public static final String WEIGHTS = "adapter_model.safetensors";

    private static final String PREFIX = "base_model.model.";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";

    private final LoraConfig config;
    private final Weights weights;

    private LoraAdapter(LoraConfig config, Weights weights) {
        this.config = config;
        this.weights = weights;
    }

    /**
     * A new adapter that changes nothing yet: A is drawn uniformly from +-1/sqrt(inputs), as PEFT
     * does, and B is 0.
     *
     * @throws UserError when a target is no linear layer of the base
     */
    public static LoraAdapter fresh(
            NDManager parent, CausalConfig base, LoraConfig config, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Weights weights = new Weights(parent);
        shapes(base, config, config.layers(base))
                .forEach(
                        (name, shape) -> {
                            float[] numbers = new float[Math.toIntExact(shape.size())];
                            if (name.endsWith(A)) {
                                double bound = 1 / Math.sqrt((double) shape.get(1));
                                for (int i = 0; i < numbers.length; i++) {
                                    numbers[i] = (float) random.nextDouble(-bound, bound);
                                }
                            }
                            weights.put(name, parent.create(numbers, shape));
                        });
        return new LoraAdapter(config, weights);
    }

    /** An adapter of weights that a checkpoint kept; it takes them over. */
    public static LoraAdapter of(LoraConfig config, Weights weights) {
        return new LoraAdapter(config, weights);
    }

    /**
     * Reads a folder that PEFT or {@link #write} wrote.
     *
     * @throws UserError when files are missing or damaged, and naming all that does not fit the
     *     base
     */
    public static LoraAdapter read(NDManager parent, Path folder, CausalConfig base) {
        LoraConfig config = LoraConfig.read(folder.resolve(CONFIG));
        Path file = folder.resolve(WEIGHTS);
        Weights weights = new Weights(parent);
        try (Weights read = Weights.read(parent, file)) {
            Map<String, String> names = new TreeMap<>(); // from ours to the file's
            for (String name : read.names()) {
                names.put(plain(name), name);
            }
            check(file, base, config, names, read);
            names.forEach((ours, name) -> weights.put(ours, read.get(name).duplicate()));
            return new LoraAdapter(config, weights);
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    private static String plain(String name) {
        String inner = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
        return Names.plain(inner.replace(".default.weight", ".weight"));
    }

    private static void check(
            Path file,
            CausalConfig base,
            LoraConfig config,
            Map<String, String> names,
            Weights read) {
        List<String> layers =
                Names.linearLayers(base).stream()
                        .filter(
                                layer ->
                                        names.containsKey(layer + A)
                                                || names.containsKey(layer + B))
                        .toList();
        Map<String, Shape> expected = shapes(base, config, layers);
        List<String> wrong = new ArrayList<>();
        names.forEach(
                (ours, name) -> {
                    Shape shape = read.get(name).getShape();
                    if (!expected.containsKey(ours)) {
                        wrong.add(name + " is for no linear layer of the base");
                    } else if (!expected.get(ours).equals(shape)) {
                        wrong.add(
                                "%s has shape %s, the base and r ask for %s"
                                        .formatted(name, shape, expected.get(ours)));
                    }
                });
        expected.keySet().stream()
                .filter(name -> !names.containsKey(name))
                .forEach(name -> wrong.add(PREFIX + name + " is missing"));
        if (names.isEmpty()) {
            wrong.add("it has no weights");
        }
        if (!wrong.isEmpty()) {
            String hint =
                    "the base is a %s of %d layers of %d; the adapter says that it is for '%s'"
                            .formatted(
                                    base.family().modelType(),
                                    base.layers().size(),
                                    base.size().hidden(),
                                    config.base());
            List<Problem> problems = new ArrayList<>();
            wrong.forEach(message -> problems.add(Problem.at(Location.of(file), message)));
            problems.set(problems.size() - 1, problems.getLast().withHint(hint));
            throw new UserError(ExitCode.INVALID_INPUT, problems);
        }
    }

    /** Names and shapes of the matrices for these layers. */
    private static Map<String, Shape> shapes(
            CausalConfig base, LoraConfig config, List<String> layers) {
        Map<String, Shape> all = base.shapes();
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (String layer : layers) {
            Shape shape = Objects.requireNonNull(all.get(layer + ".weight")); // (outputs, inputs)
            shapes.put(layer + A, new Shape(config.rank(layer), shape.get(1)));
            shapes.put(layer + B, new Shape(shape.get(0), config.rank(layer)));
        }
        return shapes;
    }

    /** Writes the folder that PEFT reads. Each file is whole or absent; the settings come last. */
    public void write(Path folder) {
        NDManager manager = weights.get(weights.names().getFirst()).getManager();
        try (Weights renamed = new Weights(manager)) {
            for (String name : weights.names()) {
                renamed.put(PREFIX + name, weights.get(name).duplicate());
            }
            renamed.write(folder.resolve(WEIGHTS));
        }
        AtomicFile.write(folder.resolve(CONFIG), config.toJson());
    }

    /** Its settings. */
    public LoraConfig config() {
        return config;
    }

    /** Its matrices, under the names by which {@link CausalLm} takes them; still its own. */
    public Weights weights() {
        return weights;
    }

    /** The layers that it changes. */
    public List<String> layers() {
        return weights.names().stream()
                .filter(name -> name.endsWith(A))
                .map(name -> name.substring(0, name.length() - A.length()))
                .toList();
    }

    /** What a {@link CausalLm} that computes with it must know. */
    public LoraScaling scaling() {
        return config.scaling(layers());
    }

    /** Weights of the base and of the adapter, as {@link CausalLm} takes them. */
    public Map<String, NDArray> with(Map<String, NDArray> base) {
        Map<String, NDArray> all = new LinkedHashMap<>(base);
        all.putAll(weights.asMap());
        return all;
    }

    /** Adds the adapter to the weights of its base, which then answer as both do together. */
    public void mergeInto(Weights base) {
        for (String layer : layers()) {
            String name = layer + ".weight";
            NDArray a = weights.get(layer + A);
            NDArray b = weights.get(layer + B);
            try (NDArray product = b.matMul(a);
                    NDArray change = product.mul((float) config.scaling(layer))) {
                base.put(name, base.get(name).add(change));
            }
        }
    }

    @Override
    public void close() {
        weights.close();
    }
}
