/** How a student learns: batches, losses, optimiser, schedule, checkpoints. */
@NullMarked
package dev.distill.trainer;

import org.jspecify.annotations.NullMarked;
