package dev.distill.config;

import java.util.Optional;

/** How the teacher is asked. */
public record TeacherConfig(
        @Doc("The route of the proxy that leads to the teacher.") @Default("teacher") String route,
        @Doc("Sampling temperature.") @Default("0") @AtLeast(0) @AtMost(2) double temperature,
        @Doc("Most tokens in an answer.") @Default("32") @AtLeast(1) int maxTokens,
        @Doc("Alternatives asked for at each token, 0 for none; the datasets keep them.")
                @Default("5")
                @AtLeast(0)
                @AtMost(20)
                int topLogprobs,
        @Doc("Requests in flight at the same time.") @Default("16") @AtLeast(1) @AtMost(1024)
                int concurrency,
        @Doc("Most US dollars that this job may spend on the teacher, over all its runs.") @Above(0)
                Optional<Double> maxUsd,
        @Doc("Share of failed rows at which the stage stops early.")
                @Default("0.2")
                @AtLeast(0)
                @AtMost(1)
                double maxFailureShare) {}
