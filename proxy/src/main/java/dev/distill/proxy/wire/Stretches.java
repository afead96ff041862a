package dev.distill.proxy.wire;

import java.security.MessageDigest;
import java.util.Arrays;

/** Stretches of an array of bytes, in the order they were noted. */
final class Stretches {
    private int[] bounds = new int[8];
    private int used;

    void add(int start, int end) {
        if (used == bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * used);
        }
        bounds[used++] = start;
        bounds[used++] = end;
    }

    int size() {
        return used;
    }

    /** Forgets what was noted since there were {@code size}. */
    void backTo(int size) {
        used = size;
    }

    /** Feeds the stretches, each with an end that no other has. */
    void digest(byte[] bytes, MessageDigest digest) {
        for (int i = 0; i < used; i += 2) {
            digest.update(bytes, bounds[i], bounds[i + 1] - bounds[i]);
            digest.update((byte) '\n');
        }
        digest.update((byte) 0);
    }
}
