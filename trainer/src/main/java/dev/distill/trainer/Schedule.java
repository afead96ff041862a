package dev.distill.trainer;

import dev.distill.config.TrainConfig.LrSchedulerType;

/**
 * The share of the peak learning rate that each optimiser step takes: a linear rise from 0, then
 * the shape of the configuration. The numbers are those of transformers'
 * get_linear_schedule_with_warmup, get_cosine_schedule_with_warmup and
 * get_constant_schedule_with_warmup.
 *
 * @param steps optimiser steps of the whole training
 * @param warmup steps in which the rate rises
 */
public record Schedule(LrSchedulerType type, int steps, int warmup) {
    /** The schedule of a training; a broken number of warm-up steps is rounded up. */
    public static Schedule of(LrSchedulerType type, int steps, double warmupRatio) {
        return new Schedule(type, steps, (int) Math.ceil(steps * warmupRatio));
    }

    /** The share for a step, counted from 0. */
    public double factor(int step) {
        if (step < warmup) {
            return (double) step / warmup;
        }
        double remaining = Math.max(0, (double) (steps - step) / Math.max(1, steps - warmup));
        return switch (type) {
            case CONSTANT -> 1;
            case LINEAR -> remaining;
            case COSINE -> 0.5 * (1 - Math.cos(Math.PI * remaining));
        };
    }
}
