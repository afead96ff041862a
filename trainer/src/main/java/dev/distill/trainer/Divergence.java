package dev.distill.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.config.TrainConfig.Kd;
import dev.distill.config.TrainConfig.Loss;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which divergence of the student's distribution from the teacher's is minimised beside the
 * cross-entropy; the definitions are in {@code divergences.py}.
 *
 * @param code of the divergence in {@code divergences.py}; 0 is the cross-entropy alone
 * @param temperature of both softmaxes
 * @param alpha weight of the divergence, 0 to 1; the cross-entropy has the rest
 * @param parameter beta of {@code jsd}, the skew of {@code skew_kl} and {@code skew_reverse_kl}
 */
public record Divergence(int code, double temperature, double alpha, double parameter) {
    /** The cross-entropy alone. */
    public static final Divergence NONE = new Divergence(0, 1, 0, 0);

    /** {@code uld}: the one that needs no common vocabulary. */
    public static final int ULD = 7;

    /** {@code topk_kl}: the one for a teacher that tells its likeliest tokens alone. */
    public static final int TOP_K = 8;

    /** The divergence of a configuration; an API's log-probabilities are at temperature 1. */
    public static Divergence of(Kd kd) {
        return new Divergence(
                code(kd.loss()),
                kd.loss() == Loss.TOPK_KL ? 1 : kd.temperature(),
                kd.alpha(),
                kd.loss() == Loss.JSD ? kd.beta() : kd.skew());
    }

    /** The divergence without the cross-entropy. */
    public Divergence alone() {
        return new Divergence(code, temperature, 1, parameter);
    }

    private static int code(Loss loss) {
        return switch (loss) {
            case FORWARD_KL -> 1;
            case REVERSE_KL -> 2;
            case JSD -> 3;
            case SKEW_KL -> 4;
            case SKEW_REVERSE_KL -> 5;
            case TVD -> 6;
            case ULD -> ULD;
            case TOPK_KL -> TOP_K;
        };
    }

    /** The numbers as programs take them, in arrays that {@code manager} owns. */
    Map<String, NDArray> numbers(NDManager manager) {
        Map<String, NDArray> numbers = new LinkedHashMap<>();
        numbers.put("kind", manager.create((double) code));
        numbers.put("temperature", manager.create(temperature));
        numbers.put("alpha", manager.create(alpha));
        numbers.put("parameter", manager.create(parameter));
        return numbers;
    }
}
