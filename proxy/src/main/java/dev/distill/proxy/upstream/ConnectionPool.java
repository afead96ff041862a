package dev.distill.proxy.upstream;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Connections to one host that wait for their next request. The latest is used first, so that those
 * that are not needed grow old and go.
 */
final class ConnectionPool implements AutoCloseable {
    /** Shorter than the keep-alive of common servers and balancers, which is 60 seconds. */
    private static final Duration IDLE = Duration.ofSeconds(50);

    private static final int MOST_IDLE = 4096;
    private static final Pattern TIMEOUT = Pattern.compile("timeout=([0-9]{1,6})");

    private final ConcurrentLinkedDeque<HttpConnection> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger size = new AtomicInteger();
    private volatile boolean closed;

    /** One that was still open a moment ago. */
    Optional<HttpConnection> take() {
        long now = System.nanoTime();
        for (HttpConnection next = idle.pollFirst(); next != null; next = idle.pollFirst()) {
            size.decrementAndGet();
            if (!next.stale(now) && next.quiet()) {
                return Optional.of(next);
            }
            next.close();
        }
        return Optional.empty();
    }

    /** Takes one back whose answer has been read to the end. */
    void give(HttpConnection connection, ResponseHead head) {
        if (!head.keepAlive() || connection.hasMore() || size.get() >= MOST_IDLE) {
            connection.close();
            return;
        }
        connection.rest(System.nanoTime() + idle(head).toNanos());
        size.incrementAndGet();
        idle.addFirst(connection);
        if (closed) {
            close();
        }
    }

    /** Closes those that nobody has needed for long. */
    void evict() {
        long now = System.nanoTime();
        for (HttpConnection oldest = idle.peekLast();
                oldest != null && oldest.stale(now);
                oldest = idle.peekLast()) {
            if (idle.removeLastOccurrence(oldest)) {
                size.decrementAndGet();
                oldest.close();
            }
        }
    }

    /** How many wait. */
    int size() {
        return size.get();
    }

    @Override
    public void close() {
        closed = true;
        for (HttpConnection next = idle.pollFirst(); next != null; next = idle.pollFirst()) {
            size.decrementAndGet();
            next.close();
        }
    }

    /** A second less than the server says it waits. */
    private static Duration idle(ResponseHead head) {
        return head.header("keep-alive")
                .map(text -> TIMEOUT.matcher(text.toLowerCase(Locale.ROOT)))
                .filter(Matcher::find)
                .map(matcher -> Duration.ofSeconds(Integer.parseInt(matcher.group(1)) - 1L))
                .filter(told -> told.compareTo(IDLE) < 0)
                .orElse(IDLE);
    }
}
