package dev.distill.proxy.recording;

import java.util.List;

/** Where recorded exchanges are kept. */
@FunctionalInterface
public interface RecordingSink {
    /** Writes some of them durably, all at once; called by one thread at a time. */
    void write(List<RecordedExchange> exchanges);
}
