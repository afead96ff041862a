package dev.distill.proxy;

import dev.distill.config.ProxyConfig;
import dev.distill.proxy.upstream.Clocks;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * A model name that callers use.
 *
 * @param groups who may answer: all of a group share the load, the next group is for when nobody of
 *     it can; none is empty
 * @param clocks the time limits of a call while another target is left
 * @param lastClocks those of a call to the last one
 * @param end the day from which on its first target may be gone, as the price file has it
 * @param config everything else that the proxy file says of it
 */
record Route(
        String name,
        List<List<Target>> groups,
        Clocks clocks,
        Clocks lastClocks,
        Optional<LocalDate> end,
        ProxyConfig.Route config) {
    Route {
        groups = groups.stream().map(List::copyOf).toList();
    }

    /** All of them in order. */
    List<Target> targets() {
        return groups.stream().flatMap(List::stream).toList();
    }

    /** Since when callers are told that it goes away: what its file says goes first. */
    Optional<LocalDate> deprecation() {
        return isDated() ? config.retirement().flatMap(r -> r.deprecation()) : end;
    }

    /** When it goes away. */
    Optional<LocalDate> sunset() {
        return isDated() ? config.retirement().flatMap(r -> r.sunset()) : end;
    }

    private boolean isDated() {
        return config.retirement()
                .filter(r -> r.deprecation().isPresent() || r.sunset().isPresent())
                .isPresent();
    }
}
