package dev.distill.trainer;

import java.util.List;

/**
 * A student in the hands of {@link TrainingLoop}. What a step does follows from the rows and the
 * step's number alone, so that a training can go on from any checkpoint.
 *
 * @param <R> what it learns from
 */
public interface Trainee<R> {
    /**
     * The rows of each step of an epoch.
     *
     * @param epoch from 0
     */
    List<List<R>> epoch(int epoch);

    /**
     * Learns from the rows of a step.
     *
     * @param number of the step, from 1
     * @param factor share of the peak learning rate
     */
    StepOutcome step(List<R> rows, int number, double factor);

    /** Answers the validation rows, without dropout. */
    Score validate();

    /** Writes weights and moments with that state. */
    void save(Checkpoints checkpoints, TrainingState state);

    /** What a row is called in errors. */
    String name(R row);
}
