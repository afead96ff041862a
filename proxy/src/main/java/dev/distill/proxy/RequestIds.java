package dev.distill.proxy;

import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Names of requests: unique, and of no use to anybody who wants to guess another one. */
final class RequestIds {
    private final long process;
    private final AtomicLong next = new AtomicLong();
    private final long stride;

    RequestIds(RandomGenerator random) {
        this.process = random.nextLong();
        this.stride = random.nextLong() | 1; // odd, so that it takes 2^64 steps to meet itself
        this.next.set(random.nextLong());
    }

    /** The name of one more request. */
    String next() {
        HexFormat hex = HexFormat.of();
        return "req_" + hex.toHexDigits(process) + hex.toHexDigits(next.addAndGet(stride));
    }
}
