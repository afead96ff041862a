package dev.distill.models;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
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
     * @param folder with the weights in one file or in several
     * @param prefix what may be absent from the names in the files
     * @throws dev.distill.config.UserError naming every file and weight that is missing and every
     *     weight of another shape
     */
    static Weights read(NDManager parent, Path folder, Map<String, Shape> expected, String prefix) {
        return read(parent, folder, expected, Set.of(), prefix);
    }

    /** Like the other, but the {@code optional} ones among the expected may be missing. */
    static Weights read(
            NDManager parent,
            Path folder,
            Map<String, Shape> expected,
            Set<String> optional,
            String prefix) {
        Map<String, String> spellings = spellings(expected, prefix);
        return Shards.read(
                parent, folder, expected, optional, name -> spellings.getOrDefault(name, name));
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
}
