/**
 * How a student of kind {@code linear} learns. {@link dev.distill.trainer.linear.LinearTrainer} is
 * the entry: {@code VectorizerFit} finds the n-grams that count and what each weighs, {@code
 * OneVsRest} fits one score for each label with liblinear, and {@code CalibrationFit} the
 * temperature that makes probabilities of the scores.
 *
 * <p>Invariant: equal rows and settings give equal weights, whatever the number of processors.
 * There are no checkpoints: a training takes seconds, and one that was killed is done again.
 */
@NullMarked
package dev.distill.trainer.linear;

import org.jspecify.annotations.NullMarked;
