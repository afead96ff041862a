package dev.distill.trainer.tracking;

import java.util.Map;

/**
 * Is told how a training goes. The calls come from one thread and in the order of the steps; none
 * of them waits for a network, and none fails because of one.
 */
public interface Tracker extends AutoCloseable {
    /** How a training ended. */
    enum End {
        /** With a student. */
        FINISHED,
        /** Stopped by its user; it may go on later. */
        STOPPED,
        /** By an error. */
        FAILED
    }

    /** The settings of the training, once, before its first figures. */
    void settings(Map<String, String> settings);

    /** The training goes on after {@code step}: figures of later steps no longer hold. */
    void resumed(long step);

    /**
     * Figures of a step.
     *
     * @param step optimiser steps done
     * @param values by name, as {@code train/loss}
     */
    void scalars(long step, Map<String, Double> values);

    /** The training is over; nothing but {@link #close} follows. */
    void ended(End end);

    /** Ends the tracking; waits a short, bounded time for what is still under way. */
    @Override
    void close();
}
