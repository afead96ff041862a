package dev.distill.evaluation;

/**
 * How an interval was found by resampling.
 *
 * @param resamples how many
 * @param seed of the random generator
 */
public record Bootstrap(int resamples, long seed) {}
