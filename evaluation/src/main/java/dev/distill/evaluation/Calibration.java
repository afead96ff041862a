package dev.distill.evaluation;

/**
 * Whether the student's confidence can be believed.
 *
 * @param expectedError expected calibration error, 0 (perfect) to 1
 * @param n answered items with a confidence
 */
public record Calibration(double expectedError, int n) {}
