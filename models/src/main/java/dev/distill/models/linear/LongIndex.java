package dev.distill.models.linear;

import java.util.Arrays;

/**
 * A map from 64-bit hashes to numbers in the order in which they came: open addressing with linear
 * probing, at most half full. Not thread-safe while it grows.
 */
public final class LongIndex {
    /** What {@link #get} says of a hash that is not there. */
    public static final int ABSENT = -1;

    private long[] hashes;
    private int[] numbers;
    private int size;

    /** An index with room for so many entries before it grows. */
    public LongIndex(int expected) {
        int capacity = Integer.highestOneBit(Math.max(8, expected)) << 2;
        hashes = new long[capacity];
        numbers = new int[capacity];
        Arrays.fill(numbers, ABSENT);
    }

    /** The number of a hash, or {@link #ABSENT}. */
    public int get(long hash) {
        return numbers[slot(hash)];
    }

    /** The number of a hash, which is the next free one when it is new. */
    public int add(long hash) {
        int slot = slot(hash);
        if (numbers[slot] == ABSENT) {
            if (2 * (size + 1) > hashes.length) {
                grow();
                slot = slot(hash);
            }
            hashes[slot] = hash;
            numbers[slot] = size++;
        }
        return numbers[slot];
    }

    /** How many hashes there are. */
    public int size() {
        return size;
    }

    private int slot(long hash) {
        int mask = hashes.length - 1;
        int slot = (int) (hash ^ (hash >>> 32)) & mask;
        while (numbers[slot] != ABSENT && hashes[slot] != hash) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldHashes = hashes;
        int[] oldNumbers = numbers;
        hashes = new long[2 * oldHashes.length];
        numbers = new int[hashes.length];
        Arrays.fill(numbers, ABSENT);
        for (int i = 0; i < oldNumbers.length; i++) {
            if (oldNumbers[i] != ABSENT) {
                int slot = slot(oldHashes[i]);
                hashes[slot] = oldHashes[i];
                numbers[slot] = oldNumbers[i];
            }
        }
    }
}
