/**
 * A student as a provider of the proxy. {@link dev.distill.serving.StudentProvider} speaks the
 * proxy's dialect; its {@code Batcher} owns the one thread on which the student computes and puts
 * the texts of many callers into few batches.
 */
@NullMarked
package dev.distill.serving;

import org.jspecify.annotations.NullMarked;
