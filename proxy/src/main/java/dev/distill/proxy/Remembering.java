package dev.distill.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.distill.files.Json;
import dev.distill.proxy.affinity.Place;
import dev.distill.proxy.affinity.Whereabouts;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Event;
import dev.distill.proxy.wire.Leftovers;
import java.util.List;

/**
 * Remembers who gave an answer, where later requests can refer to it: before the caller has its
 * last words, so that the next request finds it known. Answers in another dialect than the caller's
 * leave nothing that a caller could name.
 */
final class Remembering {
    private final Whereabouts whereabouts;
    private final Exchange exchange;
    private final Attempting attempt;
    private boolean sealed;

    Remembering(Whereabouts whereabouts, Exchange exchange, Attempting attempt) {
        this.whereabouts = whereabouts;
        this.exchange = exchange;
        this.attempt = attempt;
    }

    /** A whole answer has come. */
    void whole(Opening.Whole whole) {
        if (whole.dialect() == exchange.question().dialect()) {
            left(whole.left());
        }
    }

    /** A step of a streamed answer has come. */
    void step(Dialect dialect, StreamAnswer.Step step) {
        if (dialect != exchange.question().dialect() || step.events().isEmpty()) {
            return;
        }
        boolean ended = false;
        for (Event event : step.events()) {
            sealed |=
                    event instanceof Event.ThinkingSigned
                            || event instanceof Event.RedactedThinking;
            ended |= event instanceof Event.Ended;
        }
        if (ended) {
            left(
                    dialect == Dialect.OPENAI_RESPONSES
                            ? last(step)
                            : new Leftovers(List.of(), sealed));
        }
    }

    /** The last event of a response has all of it. */
    private static Leftovers last(StreamAnswer.Step step) {
        try {
            return Leftovers.of(
                    Dialect.OPENAI_RESPONSES, Json.parse(step.frame().data()).path("response"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the reader of the stream has read it already", e);
        }
    }

    private void left(Leftovers left) {
        Place place = attempt.place();
        left.ids().forEach(id -> whereabouts.put(id, place));
        exchange.question().envelope().ties().stored().forEach(id -> whereabouts.put(id, place));
        if (left.sealed()) {
            exchange.session()
                    .ifPresent(call -> whereabouts.put(Tie.ofSession(call.sessionId()), place));
        }
    }
}
