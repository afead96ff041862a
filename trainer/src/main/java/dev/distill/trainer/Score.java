package dev.distill.trainer;

/**
 * How a student does on the validation rows.
 *
 * @param accuracy share of what it got right, 0 to 1
 * @param loss mean of what the training minimises
 */
public record Score(double accuracy, double loss) {}
