package dev.distill.trainer;

import java.nio.file.Path;

/**
 * What a finished training came to.
 *
 * @param bestEpoch the epoch whose weights were kept, from 1: the greatest validation accuracy, of
 *     equal ones the least validation loss
 * @param validationAccuracy of that epoch, 0 to 1
 * @param validationLoss of that epoch
 * @param steps optimiser steps
 * @param seconds spent in training and validation, over all runs that it took
 * @param rowsPerSecond training rows in a second of {@code seconds}
 * @param truncatedShare share of the training rows that were cut at {@code max_length}, 0 to 1
 * @param weights the kept weights, a safetensors file with Hugging Face names
 */
public record TrainingResult(
        int bestEpoch,
        double validationAccuracy,
        double validationLoss,
        int steps,
        double seconds,
        double rowsPerSecond,
        double truncatedShare,
        Path weights) {
    /**
     * The result of a training that has ended.
     *
     * @param rows training rows of an epoch
     */
    public static TrainingResult of(
            TrainingState end, int rows, double truncatedShare, Path weights) {
        TrainingState.Best best = end.best().orElseThrow();
        return new TrainingResult(
                best.epoch(),
                best.accuracy(),
                best.loss(),
                end.step(),
                end.seconds(),
                (double) rows * end.epoch() / end.seconds(),
                truncatedShare,
                weights);
    }
}
