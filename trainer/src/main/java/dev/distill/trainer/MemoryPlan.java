package dev.distill.trainer;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * How much memory a training will take, before it takes any; an estimate.
 *
 * @param weights bytes of the student's weights, trained and frozen, of their rounded copies, and
 *     of a teacher's weights
 * @param learning bytes of gradients and of the optimiser's moments
 * @param batch bytes of what a batch leaves behind for the way back
 * @param loss bytes of logits and what is made of them, where they count
 */
public record MemoryPlan(long weights, long learning, long batch, long loss) {
    private static final double GIB = 1L << 30;

    /** All of it, in bytes. */
    long total() {
        return weights + learning + batch + loss;
    }

    /** Whether so many bytes are enough; where nobody knows how many there are, they are. */
    boolean fits(OptionalLong free) {
        return free.isEmpty() || total() <= free.getAsLong();
    }

    /** What is needed and what there is, in words. */
    String against(OptionalLong free) {
        List<String> parts = new ArrayList<>();
        parts.add("weights " + gib(weights));
        parts.add("gradients and moments " + gib(learning));
        parts.add("a batch " + gib(batch));
        if (loss > 0) {
            parts.add("the loss " + gib(loss));
        }
        return "about %s (%s), %s are free"
                .formatted(gib(total()), String.join(", ", parts), gib(free.orElse(0)));
    }

    /** The error of a training that does not fit even in batches of single rows. */
    UserError refused(OptionalLong free, String hint) {
        return new UserError(
                ExitCode.INVALID_INPUT,
                Problem.of("the training needs, even in batches of one row, " + against(free))
                        .withHint(hint));
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / GIB);
    }
}
