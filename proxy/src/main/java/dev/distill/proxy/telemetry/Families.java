package dev.distill.proxy.telemetry;

import java.util.List;

/** What is counted as it happens. */
final class Families {
    final Family<Counter> requests =
            Family.counter(
                    "distill_requests_total",
                    "Requests that ended.",
                    "route",
                    "dialect",
                    "outcome");
    final Family<Histogram> latency =
            Family.histogram(
                    "distill_request_duration_seconds",
                    "From the arrival of a request to the end of its answer.",
                    Histogram.REQUEST,
                    "route",
                    "dialect");
    final Family<Histogram> firstToken =
            Family.histogram(
                    "distill_time_to_first_token_seconds",
                    "From the arrival of a request to its first token, of streams.",
                    Histogram.REQUEST,
                    "route",
                    "dialect");
    final Family<Histogram> overhead =
            Family.histogram(
                    "distill_overhead_seconds",
                    "What the proxy added to a request.",
                    Histogram.OVERHEAD,
                    "route",
                    "dialect");
    final Family<Counter> retries =
            Family.counter(
                    "distill_retries_total", "Calls made again to the same target.", "route");
    final Family<Counter> fallbacks =
            Family.counter(
                    "distill_fallbacks_total", "Calls that moved on to another target.", "route");
    final Family<Counter> storeHits =
            Family.counter(
                    "distill_store_hits_total", "Requests answered from the store.", "route");
    final Family<Counter> attempts =
            Family.counter(
                    "distill_attempts_total",
                    "Calls to providers that ended.",
                    "route",
                    "provider",
                    "model",
                    "outcome");
    final Family<Histogram> attemptLatency =
            Family.histogram(
                    "distill_attempt_duration_seconds",
                    "How long calls to providers took.",
                    Histogram.REQUEST,
                    "provider",
                    "model");
    final Family<Counter> tokens =
            Family.counter(
                    "distill_tokens_total",
                    "Tokens that providers billed, in kinds that do not overlap.",
                    "route",
                    "provider",
                    "model",
                    "kind");
    final Family<Counter> cost =
            Family.money(
                    "distill_cost_usd_total",
                    "What providers billed, in US dollars.",
                    "route",
                    "provider",
                    "model");

    final Family<Counter> unknownCosts =
            Family.counter(
                    "distill_unknown_costs_total",
                    "Calls of which nobody knows what they cost.",
                    "route",
                    "provider",
                    "model");

    List<Family<?>> all() {
        return List.of(
                requests,
                latency,
                firstToken,
                overhead,
                retries,
                fallbacks,
                storeHits,
                attempts,
                attemptLatency,
                tokens,
                cost,
                unknownCosts);
    }
}
