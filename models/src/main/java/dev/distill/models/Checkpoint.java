package dev.distill.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads from a checkpoint the weights that an encoder needs and holds their shapes against its
 * config. Other tensors, a language model's head for one, are not read.
 *
 * <p>Names are understood in three spellings: as transformers writes a classifier ({@code
 * bert.encoder...}), without the prefix as it writes a bare encoder ({@code encoder...}), and with
 * {@code gamma} and {@code beta} as checkpoints of 2018 have it.
 */
final class Checkpoint {
    private Checkpoint() {}

    /**
     * Reads exactly the {@code expected} weights, in that order.
     *
     * @param prefix what may be absent from the names in the file
     * @throws UserError naming every weight that is missing or has another shape
     */
    static Weights read(NDManager parent, Path file, Map<String, Shape> expected, String prefix) {
        return read(parent, file, expected, Set.of(), prefix);
    }

    /** Like the other, but the {@code optional} ones among the expected may be missing. */
    static Weights read(
            NDManager parent,
            Path file,
            Map<String, Shape> expected,
            Set<String> optional,
            String prefix) {
        Map<String, String> spellings = spellings(expected, prefix);
        Map<String, NDArray> found = new HashMap<>();
        Weights weights = new Weights(parent);
        try (NDManager reading = parent.newSubManager()) {
            Safetensors.read(
                    file,
                    reading,
                    spellings::containsKey,
                    (name, array) -> found.put(spellings.get(name), array));
            List<Problem> problems = new ArrayList<>();
            expected.forEach(
                    (name, shape) -> {
                        NDArray array = found.get(name);
                        if (array == null && optional.contains(name)) {
                            return;
                        }
                        if (array == null) {
                            problems.add(problem(file, name + " is missing"));
                        } else if (!array.getShape().equals(shape)) {
                            problems.add(
                                    problem(
                                            file,
                                            "%s has shape %s, config.json asks for %s"
                                                    .formatted(name, array.getShape(), shape)));
                        } else {
                            weights.put(name, array);
                        }
                    });
            if (!problems.isEmpty()) {
                throw new UserError(ExitCode.INVALID_INPUT, problems);
            }
            return weights;
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    /** From each name that a file may use to ours. */
    private static Map<String, String> spellings(Map<String, Shape> expected, String prefix) {
        Map<String, String> spellings = new HashMap<>();
        for (String name : expected.keySet()) {
            String bare = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
            for (String spelling : List.of(name, bare)) {
                spellings.put(spelling, name);
                spellings.put(spelling.replace("LayerNorm.weight", "LayerNorm.gamma"), name);
                spellings.put(spelling.replace("LayerNorm.bias", "LayerNorm.beta"), name);
            }
        }
        return spellings;
    }

    private static Problem problem(Path file, String message) {
        return Problem.at(Location.of(file), message);
    }
}
