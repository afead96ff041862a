package dev.distill.proxy.recording;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.distill.config.ProxyConfig.Redaction;
import dev.distill.files.Json;
import dev.distill.proxy.aside.Aside;
import dev.distill.proxy.wire.Usage;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps requests and answers as training material. It takes an exchange in no time; a thread of its
 * own blacks it out and hands it to the sink, a thousand at once or what came within a minute. What
 * does not fit into its memory, and what is larger than a mebibyte, is dropped and counted; so is
 * what the sink cannot write. A killed process loses its last minute.
 *
 * <p>Safe for use by many threads. Closing it writes what is waiting.
 */
public final class Recorder implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Recorder.class.getName());
    private static final long MOST_BYTES = 32L << 20;
    private static final long LARGEST = 1L << 20;
    private static final int ROWS = 1_000;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final Redactor redactor;
    private final RecordingSink sink;
    private final Aside<Exchange> queue;
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong skipped = new AtomicLong();

    /**
     * @param redact what is blacked out before anything is written
     */
    public Recorder(Collection<Redaction> redact, RecordingSink sink) {
        this.redactor = new Redactor(redact);
        this.sink = sink;
        this.queue =
                new Aside<>(
                        "recording",
                        new Aside.Limits(MOST_BYTES, ROWS, MINUTE, CLOSING),
                        Exchange::weight,
                        this::write);
    }

    /** Takes an exchange, or drops it; never waits. */
    public void offer(Exchange exchange) {
        if (exchange.weight() > LARGEST) {
            dropped.incrementAndGet();
        } else {
            queue.offer(exchange);
        }
    }

    /** Exchanges that found no room, were too large or could not be written. */
    public long dropped() {
        return dropped.get() + queue.dropped();
    }

    /** Exchanges in which no user said anything, such as embeddings: they teach nothing. */
    public long skipped() {
        return skipped.get();
    }

    @Override
    public void close() {
        queue.close();
    }

    private void write(List<Exchange> exchanges) {
        List<RecordedExchange> rows =
                exchanges.stream().flatMap(exchange -> row(exchange).stream()).toList();
        skipped.addAndGet(exchanges.size() - rows.size());
        if (rows.isEmpty()) {
            return;
        }
        try {
            sink.write(rows);
        } catch (RuntimeException e) {
            dropped.addAndGet(rows.size());
            LOG.log(
                    Level.WARNING,
                    "%d exchanges were not recorded: %s".formatted(rows.size(), e.getMessage()));
        }
    }

    private Optional<RecordedExchange> row(Exchange exchange) {
        try {
            return Messages.of(redactor.json(Json.parse(exchange.request())))
                    .flatMap(
                            messages ->
                                    Messages.lastUserText(messages)
                                            .map(text -> row(exchange, messages, text)));
        } catch (JsonProcessingException _) {
            return Optional.empty(); // no provider answers what is not JSON
        }
    }

    private RecordedExchange row(Exchange exchange, ArrayNode messages, String text) {
        @Nullable Usage usage = exchange.usage().orElse(null);
        return new RecordedExchange(
                exchange.at(),
                exchange.requestId(),
                exchange.route(),
                exchange.model(),
                exchange.dialect().name().toLowerCase(Locale.ROOT),
                text,
                Json.line(messages),
                redactor.text(exchange.answer()),
                exchange.finishReason(),
                usage == null ? OptionalLong.empty() : OptionalLong.of(usage.input()),
                usage == null ? OptionalLong.empty() : OptionalLong.of(usage.output()),
                exchange.costNanoUsd(),
                exchange.mayTrainStudent());
    }
}
