package dev.distill.proxy.money;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands where the test puts it. */
final class MovableClock implements InstantSource {
    private volatile Instant now;

    MovableClock(String now) {
        this.now = Instant.parse(now);
    }

    @Override
    public Instant instant() {
        return now;
    }

    void set(String moment) {
        now = Instant.parse(moment);
    }

    void pass(Duration time) {
        now = now.plus(time);
    }
}
