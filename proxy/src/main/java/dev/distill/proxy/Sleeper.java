package dev.distill.proxy;

import java.time.Duration;

/** Waits; an interface so that tests do not. */
@FunctionalInterface
interface Sleeper {
    void sleep(Duration duration) throws InterruptedException;
}
