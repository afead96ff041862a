package dev.distill.config;

import java.util.List;

/** How teacher and student are compared. */
public record EvaluateConfig(
        @Doc("Confidence level of every interval.") @Default("0.95") @Above(0.5) @AtMost(0.999)
                double confidence,
        @Doc("How the student's latency is measured.") @Default("{}") Latency latency,
        @Doc("Price of the machine that serves the student, in US dollars an hour.")
                @Default("0.10")
                @Above(0)
                double studentUsdPerHour) {
    /** A closed-loop measurement against the student over HTTP. */
    public record Latency(
            @Doc("Requests at each concurrency.") @Default("200") @AtLeast(20) int requests,
            @Doc("Numbers of callers; the gate looks at the first.")
                    @Default("[1, 8]")
                    @AtLeast(1)
                    @AtMost(256)
                    List<Integer> concurrency) {}
}
