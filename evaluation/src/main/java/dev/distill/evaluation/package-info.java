/**
 * Metrics, statistics, cost and latency, the gate, the report.
 *
 * <ul>
 *   <li>In: {@link dev.distill.evaluation.Judged} items, latencies, prices. {@link
 *       dev.distill.evaluation.Comparison#of} compares answers, {@link
 *       dev.distill.evaluation.Latency#of} and {@link dev.distill.evaluation.Cost} sum up the rest;
 *       together they are an {@link dev.distill.evaluation.Evaluation}.
 *   <li>Statistics, each with its source: {@code Wilson}, {@code Newcombe}, {@code McNemar}, {@code
 *       Percentile}, {@link dev.distill.evaluation.Bootstrap}, {@code SampleSize}.
 *   <li>{@link dev.distill.evaluation.Gate#decide} turns an evaluation into a {@link
 *       dev.distill.evaluation.Verdict}: PASS, FAIL or INCONCLUSIVE.
 *   <li>Out: {@link dev.distill.evaluation.Report#write} lays a {@link
 *       dev.distill.evaluation.ReportData} out as {@code results.json}, {@code junit.xml}, {@code
 *       summary.md} and {@code report.html} ({@code src/main/jte}, compiled at build time).
 * </ul>
 */
@NullMarked
package dev.distill.evaluation;

import org.jspecify.annotations.NullMarked;
