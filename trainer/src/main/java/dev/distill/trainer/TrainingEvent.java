package dev.distill.trainer;

import java.nio.file.Path;
import java.util.List;

/** What a training tells those who watch it, in the order in which it happens. */
public sealed interface TrainingEvent {
    /**
     * The rows passed the checks; the first step follows.
     *
     * @param rows training rows
     * @param steps optimiser steps of the whole training
     * @param truncatedShare share of the training rows that are cut at {@code max_length}, 0 to 1
     */
    record Started(int rows, int steps, int epochs, double truncatedShare)
            implements TrainingEvent {}

    /**
     * How a language model reads the rows: whether it is taught what was meant can be seen.
     *
     * @param rows training rows
     * @param tokens in all of them
     * @param learned of those, the tokens that are trained on
     * @param first the first row's text in order, special tokens included
     */
    record Reading(int rows, long tokens, long learned, List<Piece> first)
            implements TrainingEvent {
        public Reading {
            first = List.copyOf(first);
        }
    }

    /** A part of a row's text: trained on, or masked. */
    record Piece(String text, boolean learned) {}

    /** Something that whoever watches should know. */
    record Note(String message) implements TrainingEvent {}

    /** An earlier run of the same training goes on after {@code step} steps. */
    record Resumed(int step, Path checkpoint) implements TrainingEvent {}

    /**
     * An optimiser step is done.
     *
     * @param step from 1
     * @param steps of the whole training
     * @param loss mean over the step's rows
     * @param learningRate of the encoder in this step
     * @param gradientNorm over all weights, before clipping
     * @param rowsPerSecond over the step
     */
    record Step(
            int step,
            int steps,
            double loss,
            double learningRate,
            double gradientNorm,
            double rowsPerSecond)
            implements TrainingEvent {}

    /**
     * A pass over the training rows and over the validation rows is done.
     *
     * @param epoch from 1
     * @param accuracy on the validation rows, 0 to 1
     * @param loss mean over the validation rows, by the training's own definition
     * @param best whether no epoch before was better
     */
    record Epoch(int epoch, int epochs, double accuracy, double loss, boolean best)
            implements TrainingEvent {}

    /** Everything up to a step is on the disk. */
    record Saved(int step, Path checkpoint) implements TrainingEvent {}
}
