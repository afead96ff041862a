/**
 * How a student learns. {@link dev.distill.trainer.TrainingLoop} is the one loop over optimiser
 * steps; {@link dev.distill.trainer.EncoderTrainer} enters it for a {@link
 * dev.distill.trainer.TrainingJob}, whose {@link dev.distill.trainer.TrainingEvent}s a caller
 * watches.
 *
 * <ul>
 *   <li>before the loop: {@code Preflight} checks the rows, {@code Rows} encodes them, {@code
 *       ClassMeans} is where the last layer of an encoder begins;
 *   <li>in the loop: a {@code Trainee} is what it asks; {@code StepOutcome} and {@code Score} are
 *       what it hears;
 *   <li>in a step: {@code Batches} says which rows, {@code Learner} has a {@code Crew} of {@code
 *       Worker}s run forward, loss, gradients and optimiser; {@code Losses} and {@code Optimizer}
 *       are doors to {@code losses.py} and {@code optimizer.py}, TorchScript text among the
 *       resources; {@code Schedule} gives the learning rate; {@code TokenLosses} are the losses of
 *       language models, {@code divergences.py} the text that both kinds of loss share; {@code
 *       BatchRows} makes batches smaller where memory is short;
 *   <li>between steps: {@code TrainingState} is where the training stands, {@code Checkpoints} put
 *       it on the disk, {@code MetricsLog} writes metrics.jsonl, package {@code tracking} tells
 *       TensorBoard and MLflow.
 *   <li>after the loop: {@code CalibrationFit} finds the temperature of the student's
 *       probabilities; {@code TrainingErrors} are the ends that are no good.
 *   <li>the other kinds of student: packages {@code head} and {@code causal} enter the same loop,
 *       {@code linear} has no steps.
 * </ul>
 *
 * <p>Invariant: everything a step does follows from the checkpoint before it, the seed and the
 * step's number. Keep it so, and resume stays exact.
 */
@NullMarked
package dev.distill.trainer;

import org.jspecify.annotations.NullMarked;
