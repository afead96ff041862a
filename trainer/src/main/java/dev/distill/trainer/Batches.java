package dev.distill.trainer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;

/**
 * Which rows each optimiser step of an epoch learns from: every row once, rows of like length
 * together so that little is padding, in an order that depends on the seed and the epoch alone.
 *
 * <p>The rows are shuffled, cut into buckets of many steps, sorted by length within a bucket, cut
 * into steps, and the steps are shuffled. This is transformers' group_by_length, with the step in
 * the place of the batch, so that gradient accumulation does not change what a step learns from.
 */
public final class Batches {
    /** Steps in a bucket at most: longer buckets pad less, but like rows meet more often. */
    private static final int BUCKET_STEPS = 50;

    /** Buckets in an epoch at least, where there are enough rows. */
    private static final int BUCKETS = 4;

    private Batches() {}

    /** Optimiser steps in an epoch; the last rows make a smaller step. */
    public static int stepsPerEpoch(int rows, int rowsPerStep) {
        return Math.ceilDiv(rows, rowsPerStep);
    }

    /** The rows of each step of an epoch, the longest first within a step. */
    static List<List<EncodedRow>> epoch(
            List<EncodedRow> rows, int rowsPerStep, long seed, int epoch) {
        return epoch(rows, EncodedRow::length, rowsPerStep, seed, epoch);
    }

    /**
     * The rows of each step of an epoch, the longest first within a step.
     *
     * @param epoch from 0
     */
    public static <T> List<List<T>> epoch(
            List<T> rows, ToIntFunction<T> length, int rowsPerStep, long seed, int epoch) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003L + epoch);
        List<T> shuffled = new ArrayList<>(rows);
        shuffle(shuffled, random);
        int stepsPerBucket = Math.clamp(rows.size() / (BUCKETS * rowsPerStep), 1, BUCKET_STEPS);
        List<List<T>> steps = new ArrayList<>();
        for (List<T> bucket : cut(shuffled, stepsPerBucket * rowsPerStep)) {
            bucket.sort(Comparator.comparingInt(length).reversed());
            steps.addAll(cut(bucket, rowsPerStep));
        }
        shuffle(steps, random);
        return steps;
    }

    /** Cuts into views of {@code size}; the last one may be smaller. */
    public static <T> List<List<T>> cut(List<T> list, int size) {
        List<List<T>> pieces = new ArrayList<>();
        for (int start = 0; start < list.size(); start += size) {
            pieces.add(list.subList(start, Math.min(start + size, list.size())));
        }
        return pieces;
    }

    /** Fisher and Yates; written out because the order is part of exact resume. */
    private static void shuffle(List<?> list, SplittableRandom random) {
        for (int i = list.size() - 1; i > 0; i--) {
            Collections.swap(list, i, random.nextInt(i + 1));
        }
    }
}
