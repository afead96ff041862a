import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Some seconds of requests to one place, and what came of them. */
final class Round implements Client.Watcher {
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final long LONG_GAP_NANOS = 200_000_000L;
    private static final int MOST_CONNECTIONS = 8192;

    private final Client client;
    private final boolean stream;
    private final int tokens;
    private final boolean abort;
    private final AtomicInteger underWay = new AtomicInteger();

    /** In a closed loop, the moment after which nothing more is sent; 0 in an open loop. */
    private volatile long closedUntil;

    /** From the moment that a request was due to the end of its answer. */
    final Samples latency = new Samples();

    /** The same to the first token of a stream. */
    final Samples firstToken = new Samples();

    /** The longest gap between two tokens of each stream. */
    final Samples longestGap = new Samples();

    /** How much later than due requests were sent: what the generator itself is to blame for. */
    final Samples late = new Samples();

    final Map<String, Integer> errors = new TreeMap<>();
    int mostAtOnce;
    int aborted;
    double seconds;

    /**
     * @param settings {@code stream}, {@code max_tokens} and {@code abort}
     */
    Round(Client client, Settings settings) {
        this.client = client;
        this.stream = settings.flag("stream");
        this.tokens = settings.number("max_tokens");
        this.abort = settings.flag("abort");
    }

    /** Each connection sends its next request when it has the answer to the last. */
    Round closedLoop(int connections, int seconds) throws IOException {
        long start = System.nanoTime();
        closedUntil = start + seconds * 1_000_000_000L;
        for (int i = 0; i < connections; i++) {
            send(client.line(), System.nanoTime());
        }
        finish(start, seconds);
        return this;
    }

    /** A request is sent at every fixed moment, whatever has become of those before it. */
    Round openLoop(int rate, int seconds) throws IOException {
        long start = System.nanoTime();
        long requests = (long) rate * seconds;
        for (long i = 0; i < requests; i++) {
            long due = start + i * 1_000_000_000L / rate;
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            if (underWay.get() >= MOST_CONNECTIONS) {
                error("not sent: " + MOST_CONNECTIONS + " are under way");
            } else {
                Client.Line line = client.line();
                late.add(System.nanoTime() - due);
                send(line, due);
            }
        }
        finish(start, seconds);
        return this;
    }

    private void send(Client.Line line, long startNanos) {
        mostAtOnce = Math.max(mostAtOnce, underWay.incrementAndGet());
        line.send(startNanos, this);
    }

    private void finish(long start, int seconds) {
        long end = start + seconds * 1_000_000_000L;
        LockSupport.parkNanos(end - System.nanoTime());
        while (underWay.get() > 0 && System.nanoTime() - end < PATIENCE_NANOS) {
            LockSupport.parkNanos(1_000_000);
        }
        if (underWay.get() > 0) {
            error("not answered within a minute");
        }
        this.seconds = (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void tokens(Client.Line line, long nowNanos) {
        if (abort) {
            line.drop();
            firstToken.add(nowNanos - line.startNanos);
            aborted++;
            underWay.decrementAndGet();
        }
    }

    @Override
    public void answered(Client.Line line, long nowNanos) {
        Answer answer = line.answer;
        if (answer.status() != 200) {
            error(answer.status() + " " + answer.kept());
        } else if (stream && !answer.ended()) {
            error("a stream without its end");
        } else if (stream && answer.tokens() != tokens) {
            error("a stream of " + answer.tokens() + " tokens");
        } else {
            latency.add(nowNanos - line.startNanos);
            if (stream) {
                firstToken.add(line.firstTokenNanos - line.startNanos);
                longestGap.add(line.longestGapNanos);
            }
        }
        if (nowNanos < closedUntil && answer.keptAlive()) {
            line.send(nowNanos, this);
            return;
        }
        line.rest();
        underWay.decrementAndGet();
    }

    @Override
    public void lost(Client.Line line) {
        error("a connection was lost");
        underWay.decrementAndGet();
    }

    long longGaps() {
        return longestGap.above(LONG_GAP_NANOS);
    }

    private void error(String what) {
        synchronized (errors) {
            errors.merge(what, 1, Integer::sum);
        }
    }
}
