/** Metrics, statistics, cost and latency, the gate, the report. */
@NullMarked
package dev.distill.evaluation;

import org.jspecify.annotations.NullMarked;
