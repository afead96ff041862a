package dev.distill.proxy;

import dev.distill.proxy.recording.Recorder;
import dev.distill.proxy.telemetry.Metrics;
import dev.distill.proxy.telemetry.Traces;
import java.util.Optional;

/**
 * Who looks on: numbers for everybody, traces where a collector is named, recordings where a folder
 * is. None of them ever holds a request up.
 */
record Observers(Metrics metrics, Traces traces, Optional<Recorder> recorder) {}
