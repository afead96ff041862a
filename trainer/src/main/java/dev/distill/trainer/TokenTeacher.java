package dev.distill.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;

/**
 * What the teacher thinks of each position that a student is trained on. N positions, K tokens that
 * a teacher names at most, D' and V' the teacher's hidden size and vocabulary.
 */
public sealed interface TokenTeacher {
    /** Nothing: the student learns the answers alone. */
    record Silent() implements TokenTeacher {}

    /**
     * Its likeliest tokens, as an API tells them or as they were recorded, at temperature 1.
     *
     * @param ids (N, K) int64, in the student's vocabulary, none twice in a row
     * @param logProbabilities (N, K) float32; minus infinity marks a place that is not used
     * @param weight (N) float32: 0 where the teacher said nothing, else 1
     */
    record TopK(NDArray ids, NDArray logProbabilities, NDArray weight) implements TokenTeacher {}

    /**
     * All of its distribution, of a teacher in this process.
     *
     * @param hidden (N, D') its vectors before the output matrix
     * @param output (V', D') its output matrix, of the type of {@code hidden}
     * @param cap of its logits, 0 for none
     * @param weight (N) float32: 0 where its position does not belong to one of the student's
     */
    record Whole(NDArray hidden, NDArray output, double cap, NDArray weight)
            implements TokenTeacher {}

    /** The arrays as {@code token_losses.py} takes them; {@code manager} owns what is made anew. */
    default Map<String, NDArray> arrays(NDManager manager) {
        return switch (this) {
            case Silent _ -> Map.of("weight", manager.create(new float[0]));
            case TopK top ->
                    Map.of("ids", top.ids, "top", top.logProbabilities, "weight", top.weight);
            case Whole whole ->
                    Map.of(
                            "h",
                            whole.hidden,
                            "e",
                            whole.output,
                            "cap",
                            manager.create(whole.cap),
                            "weight",
                            whole.weight);
        };
    }
}
