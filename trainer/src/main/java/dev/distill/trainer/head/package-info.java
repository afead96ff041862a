/**
 * How a student of kind {@code head} learns: a small network over the embeddings of a frozen
 * encoder. {@link dev.distill.trainer.head.HeadTrainer} is the entry, a {@link
 * dev.distill.trainer.head.HeadJob} what it depends on.
 *
 * <ul>
 *   <li>{@code EmbeddingCache}, {@code Embeddings}, {@code PieceFiles}: each text is embedded once,
 *       and kept;
 *   <li>{@code Standardizer}: numbers of mean 0 and deviation 1;
 *   <li>{@code Examples}, {@code Validation}: rows as the network reads them, and how it does on
 *       them;
 *   <li>{@code Targets}: labels and the teacher's probabilities as the loss takes them;
 *   <li>{@code Network}, {@code DistillationLoss}: the network, by DeepLearning4J. They alone know
 *       that library, so that nothing else loads it;
 *   <li>{@code HeadCalibration}: the temperature of a finished student's probabilities.
 * </ul>
 *
 * <p>Invariant: everything a step does follows from the checkpoint before it, the seed and the
 * step's number. Keep it so, and resume stays exact.
 */
@NullMarked
package dev.distill.trainer.head;

import org.jspecify.annotations.NullMarked;
