package dev.distill.proxy.upstream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Chunks.Step;
import dev.distill.proxy.upstream.RecordedCall.Piece;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An answer that a model of this process is making, as server-sent events. The clocks run as they
 * do for providers over the network; the status comes with the first chunk.
 */
final class ChunkCall implements Call {
    private final Ask ask;
    private final Chunks chunks;
    private final long start = System.nanoTime();
    private final Body stream = new Body();
    private volatile boolean committed;
    private volatile boolean closed;

    private ChunkCall(Ask ask, Chunks chunks) {
        this.ask = ask;
        this.chunks = chunks;
    }

    /**
     * Waits for the first chunk, or for all of them where the answer is wanted as a whole.
     *
     * @param chunks closed with the call
     */
    static Call open(Ask ask, Chunks chunks) throws InterruptedException {
        ChunkCall call = new ChunkCall(ask, chunks);
        boolean streams = false;
        try {
            ask.underway().accept(call);
            Step first = call.await();
            if (first instanceof Step.Failed(Outcome.Failure failure)) {
                return InProcessUpstream.failed(ask, failure);
            }
            if (!ask.stream()) {
                return call.whole(first);
            }
            call.stream.take(first);
            streams = true;
            return call;
        } finally {
            if (!streams) {
                call.close();
            }
        }
    }

    private Call whole(Step first) throws InterruptedException {
        List<ObjectNode> all = new ArrayList<>();
        Step step = first;
        while (step instanceof Step.More(ObjectNode chunk)) {
            all.add(chunk);
            step = await();
        }
        return step instanceof Step.Failed(Outcome.Failure failure)
                ? InProcessUpstream.failed(ask, failure)
                : InProcessUpstream.call(
                        ask, 200, Json.line(ChatChunks.join(all)), Optional.empty());
    }

    @Override
    public int status() {
        return 200;
    }

    @Override
    public Optional<String> header(String name) {
        return Optional.ofNullable(ChatAsk.EVENT_STREAM.get(name));
    }

    @Override
    public InputStream body() {
        return stream;
    }

    @Override
    public void committed() {
        committed = true;
    }

    @Override
    public void finishing() {
        // its last words are there with its last token
    }

    @Override
    public String errorText() {
        return new String(whole(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        closed = true;
        chunks.close();
    }

    /** A clock, and what it is when it runs out. */
    private record Clock(Duration left, Fault fault) {
        Clock or(Clock other) {
            return other.left.compareTo(left) < 0 ? other : this;
        }
    }

    private Clock clock() {
        Clocks clocks = ask.clocks();
        Duration passed = Duration.ofNanos(System.nanoTime() - start);
        Clock own;
        if (committed) {
            own = new Clock(clocks.idle(), Fault.IDLE_TIMEOUT);
        } else if (ask.stream()) {
            own = new Clock(clocks.firstToken().minus(passed), Fault.FIRST_TOKEN_TIMEOUT);
        } else {
            own = new Clock(clocks.headers().minus(passed), Fault.HEADERS_TIMEOUT);
        }
        return own.or(new Clock(clocks.total().minus(passed), Fault.TOTAL_TIMEOUT));
    }

    private Step await() throws InterruptedException {
        Clock clock = clock();
        Optional<Step> step = chunks.next(clock.left());
        if (closed) {
            throw new UpstreamException(Fault.CLOSED, "the call was closed", true);
        }
        return step.orElseThrow(
                () ->
                        new UpstreamException(
                                clock.fault(),
                                "nothing from the model of this process for %d ms"
                                        .formatted(clock.left().toMillis()),
                                true));
    }

    /** The steps as events, one after the other. */
    private final class Body extends InputStream {
        private byte[] current = new byte[0];
        private int position;
        private boolean ended;

        void take(Step step) {
            position = 0;
            current =
                    switch (step) {
                        case Step.More(ObjectNode chunk) -> event(Json.line(chunk));
                        case Step.Done _ -> last(ChatChunks.DONE);
                        case Step.Failed(Outcome.Failure failure) ->
                                last(Json.line(ChatAsk.failure(failure)));
                    };
        }

        private byte[] last(String data) {
            ended = true;
            return event(data);
        }

        private static byte[] event(String data) {
            return Piece.event(Duration.ZERO, data).bytes();
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            if (length == 0) {
                return 0;
            }
            if (position == current.length) {
                if (ended) {
                    return -1;
                }
                take(next());
            }
            int count = Math.min(length, current.length - position);
            System.arraycopy(current, position, bytes, offset, count);
            position += count;
            return count;
        }

        private Step next() {
            try {
                return await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                ChunkCall.this.close();
                throw new UpstreamException(Fault.CLOSED, "the call was closed", true);
            }
        }
    }
}
