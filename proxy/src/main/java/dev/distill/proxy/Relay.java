package dev.distill.proxy;

import dev.distill.config.ProxyConfig.ClientGone;
import dev.distill.proxy.Opening.Streaming;
import dev.distill.proxy.upstream.UpstreamException;
import dev.distill.proxy.wire.CallerCodec;
import dev.distill.proxy.wire.Codecs;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Event;
import dev.distill.proxy.wire.Refusal;
import dev.distill.proxy.wire.WireException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands a stream on as it comes: byte for byte within a dialect, event by event between two. What
 * breaks off is never continued by somebody else, and never ends like a complete answer.
 */
final class Relay {
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8);

    private final Exchange exchange;
    private final Outlet outlet;
    private final Streaming stream;
    private final Consumer<StreamAnswer.Step> heard;
    private final CallerCodec caller;
    private final CallerCodec.@Nullable StreamWriter writer;
    private final boolean includesUsage;
    private boolean clientGone;
    private boolean sawEnd;

    /** How a stream ended. */
    enum End {
        COMPLETE,
        /** The caller had gone before. */
        CLIENT_GONE,
        /** The provider broke it off. */
        BROKEN,
        /** We did. */
        STOPPED
    }

    /** How it ended, with the error that the caller was told. */
    record Ended(End end, Optional<Failed> failed) {}

    /**
     * @param heard gets every step of the stream
     */
    Relay(Exchange exchange, Outlet outlet, Streaming stream, Consumer<StreamAnswer.Step> heard) {
        this.exchange = exchange;
        this.outlet = outlet;
        this.stream = stream;
        this.heard = heard;
        this.caller = Codecs.forCaller(exchange.question().dialect());
        this.includesUsage = exchange.question().envelope().includesUsage();
        this.writer =
                stream.dialect() == exchange.question().dialect()
                        ? null
                        : caller.streamWriter(includesUsage);
    }

    /** Sends everything; returns when the stream has ended one way or another. */
    Ended run(Map<String, String> headers, ClientGone onClientGone) {
        try {
            begin(headers);
            send(stream.held());
            while (!isOver() && !(clientGone && onClientGone == ClientGone.CANCEL)) {
                send(stream.answer().read());
            }
        } catch (UpstreamException e) {
            return broken(Failed.onTheWay(e));
        } catch (StreamAnswer.FailedException e) {
            return broken(Failed.inStream(e.failed()));
        } catch (WireException e) {
            return broken(Failed.malformed(200, e, Optional.empty()));
        }
        if (clientGone) {
            return new Ended(End.CLIENT_GONE, Optional.empty());
        }
        return end();
    }

    private boolean isOver() {
        return stream.answer().tally().hasEnded();
    }

    private void begin(Map<String, String> headers) {
        try {
            outlet.begin(headers);
        } catch (ClientGoneException _) {
            clientGone = true;
        }
    }

    private void send(List<StreamAnswer.Step> steps) {
        steps.forEach(heard);
        if (clientGone || steps.isEmpty()) {
            return;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean content = false;
        for (StreamAnswer.Step step : steps) {
            sawEnd |= step.events().stream().anyMatch(Event.Ended.class::isInstance);
            if (writer != null) {
                for (Event event : step.events()) {
                    bytes.writeBytes(writer.write(event));
                }
            } else if (!isUnwanted(step)) {
                bytes.writeBytes(step.frame().raw());
            }
            content |= step.events().stream().anyMatch(Event::isContent);
        }
        write(bytes.toByteArray());
        if (content) {
            exchange.firstToken();
        }
    }

    /** The usage at the end, which only we have asked for. */
    private boolean isUnwanted(StreamAnswer.Step step) {
        return stream.dialect() == Dialect.OPENAI_CHAT
                && !includesUsage
                && !step.events().isEmpty()
                && step.events().stream().allMatch(Event.Used.class::isInstance);
    }

    private void write(byte[] bytes) {
        if (bytes.length == 0 || clientGone) {
            return;
        }
        try {
            outlet.write(bytes);
        } catch (ClientGoneException _) {
            clientGone = true;
        }
    }

    private Ended end() {
        if (!sawEnd && writer != null) {
            write(writer.write(new Event.Ended()));
        } else if (!sawEnd && stream.dialect() == Dialect.OPENAI_CHAT) {
            write(DONE); // some providers leave it out, and some callers wait for it
        }
        try {
            outlet.end();
        } catch (ClientGoneException _) {
            clientGone = true;
        }
        return new Ended(clientGone ? End.CLIENT_GONE : End.COMPLETE, Optional.empty());
    }

    private Ended broken(Failed failed) {
        Optional<Refusal> stopped = exchange.stopped();
        if (clientGone || exchange.isCallerGone()) {
            return new Ended(End.CLIENT_GONE, Optional.of(failed));
        }
        Refusal refusal =
                stopped.orElseGet(
                        () ->
                                Refusals.upstream(
                                        502,
                                        failed.kind(),
                                        "upstream_truncated",
                                        "the answer broke off: " + failed.message()));
        outlet.breakOff(
                writer == null
                        ? caller.writeStreamError(refusal, exchange.id())
                        : writer.fail(refusal, exchange.id()));
        return new Ended(stopped.isPresent() ? End.STOPPED : End.BROKEN, Optional.of(failed));
    }
}
