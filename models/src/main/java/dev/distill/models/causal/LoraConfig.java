package dev.distill.models.causal;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which linear layers have low-rank adapters, and of what size: PEFT's adapter_config.json.
 *
 * @param rank inner size, at least 1
 * @param alpha what adapters are multiplied by, times their rank
 * @param dropout before the adapter while training, in [0, 1)
 * @param targetModules ends of layers' names ({@code q_proj}), whole names, or {@value #ALL_LINEAR}
 *     alone
 * @param rankPattern ranks of layers whose name ends with a match of the pattern
 * @param alphaPattern alphas of such layers
 * @param rankStabilized divides alpha by the root of the rank instead of the rank (Kalajdzievski
 *     2023, arXiv 2312.03732)
 * @param base the base's name or path; empty when it is not known
 */
public record LoraConfig(
        int rank,
        double alpha,
        double dropout,
        List<String> targetModules,
        Map<String, Integer> rankPattern,
        Map<String, Double> alphaPattern,
        boolean rankStabilized,
        String base) {
    /** Every linear layer but the output matrix. */
    public static final String ALL_LINEAR = "all-linear";

    public LoraConfig {
        targetModules = List.copyOf(targetModules);
        rankPattern = Map.copyOf(rankPattern);
        alphaPattern = Map.copyOf(alphaPattern);
        if (rank < 1) {
            throw new IllegalArgumentException("rank must be >= 1, got " + rank);
        }
        if (dropout < 0 || dropout >= 1) {
            throw new IllegalArgumentException("dropout must be in [0, 1), got " + dropout);
        }
    }

    /** Adapters of one size. */
    public static LoraConfig of(
            int rank, double alpha, double dropout, List<String> targetModules) {
        return new LoraConfig(rank, alpha, dropout, targetModules, Map.of(), Map.of(), false, "");
    }

    /**
     * Reads an adapter_config.json.
     *
     * @throws UserError for what is not LoRA as it is understood here
     */
    public static LoraConfig read(Path file) {
        return LoraConfigReader.read(file);
    }

    /** The text of the adapter_config.json that PEFT and {@link #read} understand. */
    public String toJson() {
        return LoraConfigReader.write(this);
    }

    /** The rank of a layer's adapter. */
    public int rank(String layer) {
        return rankPattern.entrySet().stream()
                .filter(entry -> matches(entry.getKey(), layer))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(rank);
    }

    /** What a layer's adapter is multiplied by. */
    public double scaling(String layer) {
        double own =
                alphaPattern.entrySet().stream()
                        .filter(entry -> matches(entry.getKey(), layer))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse(alpha);
        return own / (rankStabilized ? Math.sqrt(rank(layer)) : rank(layer));
    }

    /** PEFT's rule for its patterns: a regular expression for the end of the name. */
    private static boolean matches(String pattern, String layer) {
        return Pattern.compile("(.*\\.)?(" + pattern + ")").matcher(layer).matches();
    }

    /** What a {@link CausalLm} must know of adapters on these layers. */
    public LoraScaling scaling(Iterable<String> layers) {
        Map<String, Double> scales = new LinkedHashMap<>();
        layers.forEach(layer -> scales.put(layer, scaling(layer)));
        return new LoraScaling(dropout, scales);
    }

    /**
     * The layers of a decoder that have adapters, in the order of its weights.
     *
     * @throws UserError naming the targets that are not linear layers of it
     */
    public List<String> layers(CausalConfig config) {
        List<String> linear = Names.linearLayers(config);
        List<Problem> problems = new ArrayList<>();
        for (String target : targetModules) {
            if (linear.stream().noneMatch(layer -> isTarget(target, layer))) {
                problems.add(
                        Problem.of(
                                        "target_modules: %s has no linear layer '%s'"
                                                .formatted(config.family().modelType(), target))
                                .withHint(
                                        "it has %s, or use %s"
                                                .formatted(
                                                        String.join(", ", Names.kinds(linear)),
                                                        ALL_LINEAR)));
            }
        }
        if (!problems.isEmpty()) {
            throw new UserError(ExitCode.INVALID_INPUT, problems);
        }
        return linear.stream()
                .filter(layer -> targetModules.stream().anyMatch(t -> isTarget(t, layer)))
                .toList();
    }

    private static boolean isTarget(String target, String layer) {
        return target.equals(ALL_LINEAR) || layer.equals(target) || layer.endsWith("." + target);
    }
}
