package dev.distill.proxy;

import dev.distill.proxy.upstream.Sleeper;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down how long it was asked to sleep, and does not. */
final class RecordingSleeper implements Sleeper {
    private final List<Duration> naps = new CopyOnWriteArrayList<>();

    @Override
    public void sleep(Duration duration) {
        naps.add(duration);
    }

    List<Duration> naps() {
        return naps;
    }
}
