package dev.distill.proxy;

import dev.distill.proxy.upstream.Call;
import dev.distill.proxy.upstream.Fault;
import dev.distill.proxy.upstream.UpstreamException;
import dev.distill.proxy.wire.Event;
import dev.distill.proxy.wire.FrameParser;
import dev.distill.proxy.wire.ProviderCodec;
import dev.distill.proxy.wire.SseFrame;
import dev.distill.proxy.wire.WireException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * An answer as it streams in, in the steps that it arrives in. It is complete once the provider has
 * said so; a connection that ends before has been cut.
 */
final class StreamAnswer implements AutoCloseable {
    private static final int BUFFER = 8 << 10;

    private final Call call;
    private final FrameParser parser;
    private final ProviderCodec.StreamReader reader;
    private final String id;
    private final Tally tally;
    private final long startNanos;
    private final byte[] buffer = new byte[BUFFER];
    private boolean committed;
    private boolean named;

    /**
     * @param id the name of the answer, should it have none of its own
     * @param startNanos when it was asked for
     */
    StreamAnswer(
            Call call,
            FrameParser parser,
            ProviderCodec.StreamReader reader,
            String id,
            long startNanos,
            Tally tally) {
        this.call = call;
        this.parser = parser;
        this.reader = reader;
        this.id = id;
        this.startNanos = startNanos;
        this.tally = tally;
    }

    /**
     * A frame and what it says.
     *
     * @param nanos when it arrived, on the clock of {@link System#nanoTime}
     */
    record Step(SseFrame frame, List<Event> events, long nanos) {}

    /** The provider's own words for what went wrong in the middle of an answer. */
    static final class FailedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Event.Failed failed;

        FailedException(Event.Failed failed) {
            super(failed.refusal().message(), null, false, false);
            this.failed = failed;
        }

        Event.Failed failed() {
            return failed;
        }
    }

    /** When it was asked for. */
    long startNanos() {
        return startNanos;
    }

    /** What has been said so far. */
    Tally tally() {
        return tally;
    }

    /** Whether something of the answer itself has come. */
    boolean hasContent() {
        return committed;
    }

    /** How long it took when it was recorded; empty unless it is a recording. */
    OptionalLong recordedMillis() {
        return call.recordedMillis();
    }

    /**
     * Waits for more.
     *
     * @return what has arrived, perhaps nothing that makes a step yet; once {@link
     *     Tally#hasEnded()}, nothing follows
     * @throws UpstreamException when the connection fails, a clock has run out, or the stream ends
     *     before the answer does
     * @throws FailedException when the provider says that something went wrong
     * @throws WireException when it makes no sense
     */
    List<Step> read() {
        List<Step> steps = new ArrayList<>();
        int length = readSome(call.body());
        if (length < 0) {
            parser.end().ifPresent(frame -> take(frame, steps));
            reader.end().forEach(tally::add);
            if (!tally.hasEnded()) {
                String message = "the stream ended before the answer did";
                throw new UpstreamException(Fault.TRUNCATED, message, true);
            }
            return steps;
        }
        parser.feed(buffer, 0, length, frame -> take(frame, steps));
        return steps;
    }

    private void take(SseFrame frame, List<Step> steps) {
        List<Event> events = reader.read(frame);
        if (!named && !events.isEmpty()) {
            named = true;
            events = events.stream().map(this::named).toList();
        }
        for (Event event : events) {
            if (event instanceof Event.Failed failed) {
                throw new FailedException(failed);
            }
            tally.add(event);
            if (event instanceof Event.Finished && tally.isFinished()) {
                call.finishing();
            }
            if (!committed && event.isContent()) {
                committed = true;
                call.committed();
            }
        }
        steps.add(new Step(frame, events, System.nanoTime()));
    }

    /** Some providers name neither their answers nor their models. */
    private Event named(Event event) {
        return event instanceof Event.Started started
                ? new Event.Started(
                        started.id().isEmpty() ? id : started.id(),
                        started.model().isEmpty() ? tally.model() : started.model(),
                        started.created())
                : event;
    }

    /** It is complete and was handed on: its connection may be used again. */
    void finish() {
        call.finish();
    }

    @Override
    public void close() {
        call.close();
    }

    /** Bytes into the buffer; -1 at the end, also of an answer that lacks but its last words. */
    private int readSome(InputStream body) {
        try {
            return body.read(buffer);
        } catch (UpstreamException e) {
            if (tally.isFinished() && e.fault() != Fault.CLOSED) {
                return -1;
            }
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("reads of a call fail in one way only", e);
        }
    }
}
