package dev.distill.trainer;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.models.Torch;
import java.util.OptionalLong;

/**
 * Memory that runs out in one step, for batches beyond so many rows: libtorch is asked for more
 * than there is and complains as it does then.
 */
public record ShortMemory(int shortStep, int mostRows, OptionalLong free)
        implements BatchRows.Memory {
    private static final long TOO_LARGE = 1L << 52;

    public ShortMemory(int shortStep, int mostRows) {
        this(shortStep, mostRows, OptionalLong.empty());
    }

    /** Memory that is short from the beginning, as one can see. */
    public static ShortMemory of(long bytes) {
        return new ShortMemory(0, 0, OptionalLong.of(bytes));
    }

    @Override
    public void claim(int step, int rows) {
        if (step == shortStep && rows > mostRows) {
            try (NDManager manager = Torch.newManager()) {
                manager.zeros(new Shape(TOO_LARGE));
            }
        }
    }
}
