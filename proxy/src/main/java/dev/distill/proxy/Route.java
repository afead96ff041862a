package dev.distill.proxy;

import dev.distill.config.ProxyConfig;
import dev.distill.proxy.upstream.Clocks;
import java.util.List;

/**
 * A model name that callers use.
 *
 * @param groups who may answer: all of a group share the load, the next group is for when nobody of
 *     it can; none is empty
 * @param clocks the time limits of a call
 * @param config everything else that the proxy file says of it
 */
record Route(String name, List<List<Target>> groups, Clocks clocks, ProxyConfig.Route config) {
    Route {
        groups = groups.stream().map(List::copyOf).toList();
    }

    /** All of them in order. */
    List<Target> targets() {
        return groups.stream().flatMap(List::stream).toList();
    }
}
