package dev.distill.proxy.upstream;

import java.time.Duration;

/** Waits; an interface so that tests do not. */
@FunctionalInterface
public interface Sleeper {
    /** Waits for so long. */
    void sleep(Duration duration) throws InterruptedException;
}
