package dev.distill.models.hub;

import java.time.Duration;

/** Waits; a test only notes it. */
@FunctionalInterface
public interface Sleeper {
    void sleep(Duration duration) throws InterruptedException;
}
