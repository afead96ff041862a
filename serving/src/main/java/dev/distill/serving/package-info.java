/**
 * A student as a provider of the proxy. {@link dev.distill.serving.StudentProvider} loads one:
 * {@code ClassifierProvider} answers with a label, {@code ChatProvider} with words. A {@code
 * Batcher} owns the one thread on which the student computes and puts the questions of many callers
 * into few batches.
 *
 * <p>A {@code ChatStream} takes words from that thread to the caller as they are written. All
 * streams of a batch are written side by side, a token of each in turn; whoever comes while a batch
 * is written begins when it has ended. A caller who goes leaves the batch at the next token.
 */
@NullMarked
package dev.distill.serving;

import org.jspecify.annotations.NullMarked;
