/**
 * Routing: who is asked next. Nothing here does I/O; time and chance are given.
 *
 * <p>{@link dev.distill.proxy.routing.TargetHealth} knows how a target has been doing, {@link
 * dev.distill.proxy.routing.Balancer} puts the targets of a group in order, {@link
 * dev.distill.proxy.routing.AttemptPlan} decides what follows a failure, {@link
 * dev.distill.proxy.routing.RetryBudget} keeps retries from becoming a storm, and {@link
 * dev.distill.proxy.routing.Backoff} says how long a pause is.
 */
@NullMarked
package dev.distill.proxy.routing;

import org.jspecify.annotations.NullMarked;
