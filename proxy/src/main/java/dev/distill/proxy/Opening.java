package dev.distill.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Ask;
import dev.distill.proxy.upstream.Call;
import dev.distill.proxy.upstream.Clocks;
import dev.distill.proxy.upstream.Credential;
import dev.distill.proxy.upstream.Fault;
import dev.distill.proxy.upstream.RetryHints;
import dev.distill.proxy.upstream.UpstreamException;
import dev.distill.proxy.wire.Codecs;
import dev.distill.proxy.wire.Completion;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Leftovers;
import dev.distill.proxy.wire.ProviderCodec;
import dev.distill.proxy.wire.Refusal;
import dev.distill.proxy.wire.WireException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * One call to one target, up to the point where its answer can no longer be exchanged for another
 * one: a whole answer to its end, a stream to its first content, or to its end where it is held
 * back.
 */
final class Opening {
    /** The most of a stream that is held back before its first content. */
    private static final int MOST_HELD = 1 << 20;

    private final InstantSource clock;

    Opening(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * What is called.
     *
     * @param id the name of an answer that has none of its own
     * @param underway gets to know the call, so that somebody else can end it
     * @param headed gets to know it when the head of its answer is there
     */
    record Request(
            String id,
            Target target,
            Question question,
            Credential key,
            Map<String, String> headers,
            Clocks clocks,
            HoldBack holdBack,
            Tally.Keep keep,
            Consumer<Call> underway,
            Consumer<Call> headed) {}

    /** How much of a stream is read before anybody gets to see it. */
    enum HoldBack {
        UNTIL_CONTENT,
        UNTIL_END
    }

    /** What came of it. */
    sealed interface Result {
        /** No answer. */
        record None(Failed failed) implements Result {}
    }

    /** An answer that can be handed on; whoever gets it closes it. */
    sealed interface Ready extends Result, AutoCloseable {
        /** The dialect that it is in. */
        Dialect dialect();

        /** How long it took when it was recorded; empty unless it is a recording. */
        OptionalLong recordedMillis();

        @Override
        void close();
    }

    /**
     * A whole answer.
     *
     * @param body exactly as it was received
     * @param left what it leaves for later requests to refer to
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on as it is
    record Whole(
            Dialect dialect,
            int status,
            byte[] body,
            Completion completion,
            Leftovers left,
            OptionalLong recordedMillis)
            implements Ready {
        @Override
        public void close() {
            // its connection is free again already
        }
    }

    /**
     * A stream.
     *
     * @param held what has arrived so far
     * @param answer the rest of it
     */
    record Streaming(Dialect dialect, List<StreamAnswer.Step> held, StreamAnswer answer)
            implements Ready {
        @Override
        public OptionalLong recordedMillis() {
            return answer.recordedMillis();
        }

        @Override
        public void close() {
            answer.close();
        }
    }

    /**
     * Makes the call.
     *
     * @throws WireException when the request has no words in the target's dialect
     */
    Result open(Request request) throws InterruptedException {
        Target target = request.target();
        Question question = request.question();
        Dialect dialect = target.dialectFor(question);
        ProviderCodec codec = Codecs.forProvider(dialect);
        byte[] body = question.bodyFor(dialect, target.model());
        boolean stream = question.envelope().stream();
        long startNanos = System.nanoTime();
        Call call;
        try {
            call =
                    target.upstream()
                            .open(
                                    new Ask(
                                            dialect,
                                            target.model(),
                                            body,
                                            Ask.Purpose.of(stream),
                                            request.key(),
                                            request.headers(),
                                            request.clocks(),
                                            request.underway()));
        } catch (UpstreamException e) {
            return new Result.None(Failed.onTheWay(e));
        }
        boolean handedOver = false;
        try {
            request.underway().accept(call);
            request.headed().accept(call);
            Result result = read(call, codec, request, startNanos);
            handedOver = result instanceof Streaming;
            return result;
        } finally {
            if (!handedOver) {
                call.close();
            }
        }
    }

    private Result read(Call call, ProviderCodec codec, Request request, long startNanos) {
        try {
            request.target().upstream().keys().answered(request.key(), call.status(), call::header);
            RetryHints.share(call::header).ifPresent(request.target().health()::share);
            if (call.status() / 100 != 2) {
                return new Result.None(refused(call, codec));
            }
            return request.question().envelope().stream()
                    ? stream(call, codec, request, startNanos)
                    : whole(call, codec, request);
        } catch (UpstreamException e) {
            return new Result.None(Failed.onTheWay(e));
        } catch (StreamAnswer.FailedException e) {
            return new Result.None(Failed.inStream(e.failed()));
        } catch (WireException e) {
            return new Result.None(Failed.malformed(call.status(), e, Optional.empty()));
        }
    }

    private Failed refused(Call call, ProviderCodec codec) {
        String body = call.errorText();
        Refusal refusal = codec.readError(call.status(), Headers.of(call::header), body);
        return Failed.refused(
                refusal,
                body,
                RetryHints.wait(call::header, refusal.retryAfter(), clock.instant()));
    }

    private static Result whole(Call call, ProviderCodec codec, Request request) {
        byte[] body = call.whole();
        String text = new String(body, StandardCharsets.UTF_8);
        try {
            JsonNode answer = Json.parse(text);
            Completion completion =
                    codec.readCompletion(answer).named(request.id(), request.target().model());
            return new Whole(
                    codec.dialect(),
                    call.status(),
                    body,
                    completion,
                    Leftovers.of(codec.dialect(), answer),
                    call.recordedMillis());
        } catch (JsonProcessingException e) {
            WireException cause =
                    new WireException(
                            "body", "the answer is not JSON (%s)".formatted(Json.where(e)));
            return new Result.None(Failed.malformed(call.status(), cause, Optional.of(text)));
        } catch (WireException e) {
            Optional<Refusal> refusal = e.refusal();
            return new Result.None(
                    refusal.isPresent()
                            ? Failed.refused(refusal.get(), text, Optional.empty())
                            : Failed.malformed(call.status(), e, Optional.of(text)));
        }
    }

    private static Result stream(Call call, ProviderCodec codec, Request request, long startNanos) {
        StreamAnswer answer =
                new StreamAnswer(
                        call,
                        codec.frames(),
                        codec.streamReader(),
                        request.id(),
                        startNanos,
                        new Tally(
                                request.target().model(),
                                request.question().envelope().choices(),
                                request.keep()));
        List<StreamAnswer.Step> held = new ArrayList<>();
        long bytes = 0;
        long most =
                switch (request.holdBack()) {
                    case UNTIL_CONTENT -> MOST_HELD;
                    case UNTIL_END -> Call.MOST_BYTES;
                };
        while (!answer.tally().hasEnded() && !isEnough(answer, request.holdBack())) {
            List<StreamAnswer.Step> more = answer.read();
            held.addAll(more);
            for (StreamAnswer.Step step : more) {
                bytes += step.frame().raw().length;
            }
            if (bytes > Call.MOST_BYTES) {
                String message = "the answer has more than " + Call.MOST_BYTES + " bytes";
                throw new UpstreamException(Fault.TOO_LARGE, message, true);
            }
            if (bytes > most) {
                throw new WireException("stream", "nothing of an answer in " + bytes + " bytes");
            }
        }
        return new Streaming(codec.dialect(), held, answer);
    }

    private static boolean isEnough(StreamAnswer answer, HoldBack holdBack) {
        return holdBack == HoldBack.UNTIL_CONTENT && answer.hasContent();
    }
}
