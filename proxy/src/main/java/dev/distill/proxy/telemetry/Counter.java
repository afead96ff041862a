package dev.distill.proxy.telemetry;

import java.util.concurrent.atomic.LongAdder;

/** A number that only grows. Safe for use by many threads. */
final class Counter implements Series {
    private final LongAdder value = new LongAdder();

    void add(long more) {
        value.add(more);
    }

    @Override
    public void write(Exposition out, Family<?> family, String labels) {
        out.sample(family.name(), labels, value.sum() / family.unitsPerOne());
    }
}
