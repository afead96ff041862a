package dev.distill.proxy;

import dev.distill.proxy.wire.Dialect;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A request before its body is read.
 *
 * @param id its name in answers, ledger and traces
 * @param header a header by its lower-case name
 * @param passedOn the headers that a provider may get to see
 * @param startNanos when it arrived, on the clock of {@link System#nanoTime}
 */
record Arrival(
        String id,
        Dialect dialect,
        Function<String, Optional<String>> header,
        Map<String, String> passedOn,
        long startNanos) {}
