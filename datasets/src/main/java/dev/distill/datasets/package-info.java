/**
 * Rows on their way from a user's file to a dataset that a student learns from.
 *
 * <ul>
 *   <li>{@link dev.distill.datasets.RequestFile} reads {@link dev.distill.datasets.Request}s,
 *       {@link dev.distill.datasets.Labels} the labels; {@link dev.distill.datasets.Split} divides
 *       requests into parts before anybody is asked anything.
 *   <li>{@link dev.distill.datasets.LabelProbabilities} says what a teacher's answer means; {@link
 *       dev.distill.datasets.AnswerRow} keeps it with its provenance and, where the teacher told
 *       them, each token's likeliest alternatives ({@link dev.distill.datasets.TokenLogprob}).
 *   <li>{@link dev.distill.datasets.Curation} decides which answers become training rows and why
 *       the others do not.
 *   <li>{@link dev.distill.datasets.DatasetFolder} is the result on disk, with its {@link
 *       dev.distill.datasets.DatasetCard}; {@link dev.distill.datasets.ParquetFile} is the only
 *       door to Parquet, and its types do not leave this package.
 * </ul>
 */
@NullMarked
package dev.distill.datasets;

import org.jspecify.annotations.NullMarked;
