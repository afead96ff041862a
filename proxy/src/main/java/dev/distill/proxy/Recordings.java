package dev.distill.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.proxy.ledger.Attempt;
import dev.distill.proxy.recording.Recorder;
import dev.distill.proxy.upstream.Cassette;
import dev.distill.proxy.upstream.CassetteRecorder;
import dev.distill.proxy.wire.CallerCodec;
import dev.distill.proxy.wire.Codecs;
import dev.distill.proxy.wire.Completion;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Event;
import dev.distill.proxy.wire.SseFrame;
import dev.distill.proxy.wire.SseParser;
import dev.distill.proxy.wire.WireException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Keeps answers that were given: as training material, where the proxy file names a folder and the
 * route wants it, and on a cassette, where the command names one.
 */
record Recordings(Optional<Recorder> recorder, Optional<CassetteRecorder> cassette) {
    private static final Logger LOG = System.getLogger(Recordings.class.getName());

    /** Longer requests are no training material. */
    private static final int LARGEST = 1 << 20;

    /** Whether the text of a route's answers is of interest. */
    boolean want(Route route) {
        return cassette.isPresent() || (recorder.isPresent() && route.config().record());
    }

    /** Keeps a whole answer. */
    void whole(Exchange exchange, Attempt attempt, Completion completion) {
        train(exchange, attempt, completion);
        tape(
                exchange,
                (tape, request) ->
                        tape.whole(
                                request,
                                completion.model(),
                                attempt.latencyMillis(),
                                attempt.status(),
                                Codecs.forCaller(Dialect.OPENAI_CHAT).writeCompletion(completion)));
    }

    /** Puts an answer on the cassette; one that finds no place there is given all the same. */
    private void tape(Exchange exchange, BiConsumer<CassetteRecorder, ObjectNode> recording) {
        if (cassette.isEmpty()) {
            return;
        }
        try {
            request(exchange).ifPresent(request -> recording.accept(cassette.get(), request));
        } catch (UserError e) {
            LOG.log(Level.ERROR, "an answer was not recorded: " + e.problems().getFirst());
        }
    }

    /** Keeps a streamed answer; on a cassette with its timing, in the cassette's own dialect. */
    void stream(
            Exchange exchange,
            Attempt attempt,
            Opening.Streaming streaming,
            List<StreamAnswer.Step> heard) {
        Completion completion = streaming.answer().tally().completion();
        train(exchange, attempt, completion);
        tape(
                exchange,
                (tape, request) ->
                        tape.stream(
                                request,
                                completion.model(),
                                attempt.latencyMillis(),
                                streaming.dialect() == Dialect.OPENAI_CHAT
                                        ? chunks(streaming.answer().startNanos(), heard)
                                        : translated(streaming.answer().startNanos(), heard)));
    }

    private static List<Cassette.Chunk> chunks(long startNanos, List<StreamAnswer.Step> heard) {
        List<Cassette.Chunk> chunks = new ArrayList<>();
        long before = startNanos;
        for (StreamAnswer.Step step : heard) {
            SseFrame frame = step.frame();
            if (!frame.data().isEmpty()) {
                long gap = TimeUnit.NANOSECONDS.toMillis(step.nanos() - before);
                chunks.add(new Cassette.Chunk(Math.max(0, gap), frame.data()));
                before = step.nanos();
            }
        }
        return chunks;
    }

    private static List<Cassette.Chunk> translated(long startNanos, List<StreamAnswer.Step> heard) {
        CallerCodec.StreamWriter writer = Codecs.forCaller(Dialect.OPENAI_CHAT).streamWriter(true);
        SseParser parser = new SseParser();
        List<Cassette.Chunk> chunks = new ArrayList<>();
        long before = startNanos;
        for (StreamAnswer.Step step : heard) {
            List<SseFrame> frames = new ArrayList<>();
            for (Event event : step.events()) {
                byte[] bytes = writer.write(event);
                parser.feed(bytes, 0, bytes.length, frames::add);
            }
            for (SseFrame frame : frames) {
                long gap = TimeUnit.NANOSECONDS.toMillis(step.nanos() - before);
                chunks.add(new Cassette.Chunk(Math.max(0, gap), frame.data()));
                before = step.nanos();
            }
        }
        return chunks;
    }

    /** The request in the cassette's dialect; empty when it has no words there. */
    private static Optional<ObjectNode> request(Exchange exchange) {
        try {
            byte[] body = exchange.question().bodyFor(Dialect.OPENAI_CHAT, exchange.route().name());
            return Optional.of((ObjectNode) Json.parse(new String(body, StandardCharsets.UTF_8)));
        } catch (WireException e) {
            LOG.log(
                    Level.WARNING,
                    "an answer was not recorded: a cassette has no words for its request: "
                            + e.getMessage());
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("our own request is JSON", e);
        }
    }

    private void train(Exchange exchange, Attempt attempt, Completion completion) {
        if (recorder.isEmpty()
                || !exchange.route().config().record()
                || exchange.question().bytes() > LARGEST) {
            return;
        }
        recorder.get()
                .offer(
                        new dev.distill.proxy.recording.Exchange(
                                exchange.at(),
                                exchange.id(),
                                exchange.route().name(),
                                completion.model(),
                                exchange.question().dialect(),
                                Json.line(exchange.question().tree()),
                                completion.text(),
                                finishReason(completion),
                                attempt.usage(),
                                attempt.costNanoUsd(),
                                exchange.route().config().mayTrainStudent()));
    }

    private static String finishReason(Completion completion) {
        return completion.choices().isEmpty()
                ? ""
                : completion.choices().getFirst().stopReason().name().toLowerCase(Locale.ROOT);
    }
}
