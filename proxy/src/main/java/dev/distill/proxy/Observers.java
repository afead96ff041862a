package dev.distill.proxy;

import dev.distill.proxy.telemetry.Metrics;
import dev.distill.proxy.telemetry.Traces;

/**
 * Who looks on: numbers for everybody, traces where a collector is named, recordings where a folder
 * is. None of them ever holds a request up.
 */
record Observers(Metrics metrics, Traces traces, Recordings recordings) {}
