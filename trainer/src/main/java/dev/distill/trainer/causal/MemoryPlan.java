package dev.distill.trainer.causal;

import dev.distill.config.CausalTrainConfig.Method;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.models.Precision;
import dev.distill.models.causal.CausalConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * How much memory a training will take, before it takes any.
 *
 * @param weights bytes of the student's weights, trained and frozen, and of a teacher's
 * @param learning bytes of gradients and of the optimiser's moments
 * @param activations bytes of what a batch leaves behind for the way back
 * @param loss bytes of the logits of one chunk, and of the output matrix's gradient
 */
record MemoryPlan(long weights, long learning, long activations, long loss) {
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final Path LIMIT = Path.of("/sys/fs/cgroup/memory.max");
    private static final Path USED = Path.of("/sys/fs/cgroup/memory.current");

    /** What each token leaves in a layer, in numbers of the hidden and of the inner size. */
    private static final int HIDDEN_NUMBERS = 14;

    private static final int INNER_NUMBERS = 5;

    /** Logits, softmaxes and their gradient in float32; the cross-entropy alone needs half. */
    private static final long CHUNK = 4 * (1L << 27);

    /**
     * The plan of a training.
     *
     * @param trained how many weights are trained
     * @param tokens of a batch, padding included
     */
    static MemoryPlan of(
            CausalConfig student,
            Method method,
            Precision precision,
            long trained,
            long tokens,
            CausalLearner.Settings settings,
            long teacherWeights) {
        long all = student.parameterCount();
        int product = precision == Precision.BF16 ? 2 : 4;
        long frozen = method == Method.FULL ? 0 : all * product;
        long copies = precision == Precision.BF16 ? trained * product : 0;
        long layer =
                ((long) HIDDEN_NUMBERS * student.size().hidden()
                                + (long) INNER_NUMBERS * student.size().intermediate())
                        * product;
        long kept = (long) student.size().hidden() * product;
        int layers = student.layers().size();
        long perToken = settings.checkpointing() ? layer + kept * layers : layer * layers;
        long output = (long) student.size().vocabulary() * student.size().hidden();
        return new MemoryPlan(
                4 * trained + copies + frozen + teacherWeights * product,
                12 * trained,
                tokens * perToken,
                CHUNK + (method == Method.FULL ? 4 * output : 0));
    }

    /** All of it, in bytes. */
    long total() {
        return weights + learning + activations + loss;
    }

    /**
     * Refuses a training that does not fit.
     *
     * @throws UserError with the figures
     */
    void check(OptionalLong free) {
        if (free.isPresent() && total() > free.getAsLong()) {
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.of(
                                    "the training needs about %s (weights %s, gradients and moments %s, a batch %s, the loss %s), %s are free"
                                            .formatted(
                                                    gib(total()),
                                                    gib(weights),
                                                    gib(learning),
                                                    gib(activations),
                                                    gib(loss),
                                                    gib(free.getAsLong())))
                            .withHint(
                                    "lower train.per_device_train_batch_size and raise gradient_accumulation_steps, set student.causal_lm.gradient_checkpointing: true or method: lora, or take a smaller base"));
        }
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }

    /** Bytes that this process may still take; empty where nobody says. */
    static OptionalLong free() {
        OptionalLong machine = available();
        try {
            if (Files.isReadable(LIMIT) && Files.isReadable(USED)) {
                String limit = Files.readString(LIMIT).strip();
                if (!limit.equals("max")) {
                    long left =
                            Long.parseLong(limit) - Long.parseLong(Files.readString(USED).strip());
                    return OptionalLong.of(Math.min(left, machine.orElse(left)));
                }
            }
        } catch (IOException | NumberFormatException _) {
            return machine; // a system that counts differently
        }
        return machine;
    }

    private static OptionalLong available() {
        if (!Files.isReadable(MEMORY)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(MEMORY).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException _) {
            return OptionalLong.empty();
        }
    }
}
