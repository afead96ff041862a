/**
 * What the proxy tells its operators.
 *
 * <p>{@link dev.distill.proxy.telemetry.Metrics} counts: a {@link
 * dev.distill.proxy.telemetry.RouteMeter} for each route and dialect, a {@link
 * dev.distill.proxy.telemetry.TargetMeter} for each target of a route, and a {@link
 * dev.distill.proxy.telemetry.Reading} for what other parts know. Labels come from a {@link
 * dev.distill.proxy.telemetry.Vocabulary}, that is from the configuration; whatever is not in it is
 * {@code other}. {@code Family} is one metric with its series, {@code Counter} and {@code
 * Histogram} are series.
 *
 * <p>{@link dev.distill.proxy.telemetry.Traces} makes a {@link
 * dev.distill.proxy.telemetry.RequestSpan} for each request and an {@link
 * dev.distill.proxy.telemetry.AttemptSpan} for each attempt, with the attributes of {@link
 * dev.distill.proxy.telemetry.GenAi}; {@code OtlpJson} writes them and {@code OtlpExporter} sends
 * them, off the request's path. {@code TraceParent} joins them to the traces of others.
 */
@NullMarked
package dev.distill.proxy.telemetry;

import org.jspecify.annotations.NullMarked;
