/**
 * A student as a provider of the proxy. {@link dev.distill.serving.StudentProvider} loads one:
 * {@code ClassifierProvider} answers with a label, {@code ChatProvider} with words. A {@code
 * Batcher} owns the one thread on which the student computes and puts the questions of many callers
 * into few batches.
 */
@NullMarked
package dev.distill.serving;

import org.jspecify.annotations.NullMarked;
