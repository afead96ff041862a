/**
 * How a causal language model learns from conversations. {@link
 * dev.distill.trainer.causal.CausalTrainer} is the entry: it makes what {@link
 * dev.distill.trainer.TrainingLoop} needs of a {@link dev.distill.trainer.causal.CausalJob}.
 *
 * <ul>
 *   <li>rows: {@code ChatRow} becomes a {@code Sample} of tokens of which some are trained on
 *       ({@code Samples}, by a {@code ChatFormat}); {@code Packing} seats samples in rows, {@code
 *       CausalBatch} makes arrays of them; {@code Preflight} and {@code MemoryPlan} refuse what
 *       would teach nothing or not fit; {@code CausalRows} is all of that for a job;
 *   <li>teachers: {@code TeacherToken}s of an API find their places by {@code TeacherAlignment};
 *       {@code LocalTeacher} is in the process and reads what the student reads, or the same text
 *       in its own tokens ({@code ForeignReading}); {@code OnPolicy} lets the student write;
 *   <li>a step: {@code CausalLearner} over {@code StudentWeights}, with {@code learning.py} behind
 *       {@code Learning}; {@code CausalStudent} makes a learner and writes the package.
 * </ul>
 *
 * <p>Invariant: everything a step does follows from the checkpoint before it, the seed and the
 * step's number.
 */
@NullMarked
package dev.distill.trainer.causal;

import org.jspecify.annotations.NullMarked;
