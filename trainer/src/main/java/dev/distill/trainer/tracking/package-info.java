/**
 * Where the figures of a training go besides metrics.jsonl: TensorBoard's event files and an MLflow
 * server. {@link dev.distill.trainer.tracking.Tracker} is what a loop tells, {@link
 * dev.distill.trainer.tracking.Tracking} tells it from a training's events, and {@link
 * dev.distill.trainer.tracking.Trackers} says which trackers there are.
 *
 * <p>Invariant: a training's result never depends on a tracker, and no server can stop a training.
 */
@NullMarked
package dev.distill.trainer.tracking;

import org.jspecify.annotations.NullMarked;
