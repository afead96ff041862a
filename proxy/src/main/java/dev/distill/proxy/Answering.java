package dev.distill.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.distill.config.ProxyConfig.ClientGone;
import dev.distill.config.UserError;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.proxy.Attempting.Ending;
import dev.distill.proxy.Opening.HoldBack;
import dev.distill.proxy.Opening.Ready;
import dev.distill.proxy.Opening.Streaming;
import dev.distill.proxy.Opening.Whole;
import dev.distill.proxy.ledger.Attempt;
import dev.distill.proxy.ledger.Ledger;
import dev.distill.proxy.ledger.RequestRow;
import dev.distill.proxy.ledger.Served;
import dev.distill.proxy.ledger.StoreReader;
import dev.distill.proxy.ledger.StoredAnswer;
import dev.distill.proxy.wire.CallerCodec;
import dev.distill.proxy.wire.Canonical;
import dev.distill.proxy.wire.Codecs;
import dev.distill.proxy.wire.Completion;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Event;
import dev.distill.proxy.wire.Refusal;
import dev.distill.proxy.wire.Usage;
import dev.distill.proxy.wire.WireException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gets the answer to an admitted request and hands it on: from the store of paid answers, or live.
 * Whatever happens, the request gets one row in the ledger.
 */
final class Answering {
    /** The status in the ledger of a request whose caller had gone. */
    private static final int CLIENT_GONE = 499;

    private final Router router;
    private final Ledger ledger;
    private final StoreReader store;
    private final Recordings recordings;
    private final SignsOfLife signs;
    private final Flights<List<Digest>, StoredAnswer> flights = new Flights<>();

    Answering(
            Router router,
            Ledger ledger,
            StoreReader store,
            Recordings recordings,
            SignsOfLife signs) {
        this.router = router;
        this.ledger = ledger;
        this.store = store;
        this.recordings = recordings;
        this.signs = signs;
    }

    /** Where requests are written down. */
    Ledger ledger() {
        return ledger;
    }

    /**
     * Writes down a request that was not answered, unless it has its row already. What a job may
     * have to pay for is on the disk when this returns.
     */
    void writeDown(Exchange exchange, String outcome, int status) throws InterruptedException {
        if (exchange.end(outcome, status)) {
            String store = exchange.canonical().isPresent() ? Headers.MISS : Headers.OFF;
            write(
                    exchange,
                    exchange.books().row(exchange, outcome, status, Optional.empty(), store));
        }
    }

    /** By the lane of a job that has something to pay for, or by the one that never waits. */
    private void write(Exchange exchange, RequestRow row) throws InterruptedException {
        if (exchange.isDurable() && !exchange.attempts().isEmpty()) {
            ledger.commit(row);
        } else {
            ledger.append(row);
        }
    }

    /** Asks the targets of the route, and hands the answer on as it comes. */
    void live(Exchange exchange, Outlet outlet) throws InterruptedException, ClientGoneException {
        if (exchange.question().envelope().stream()) {
            lookedAfter(exchange, outlet, this::answer);
            return;
        }
        try (SignsOfLife.Watched _ = signs.watchWhole(outlet, exchange::callerHasGone)) {
            answer(exchange, outlet);
        }
    }

    /** A way to answer. */
    @FunctionalInterface
    private interface Way {
        void go(Exchange exchange, Outlet outlet) throws InterruptedException, ClientGoneException;
    }

    /** Sends signs of life while a stream is on its way. */
    private void lookedAfter(Exchange exchange, Outlet outlet, Way way)
            throws InterruptedException, ClientGoneException {
        if (!exchange.question().envelope().stream()) {
            way.go(exchange, outlet);
            return;
        }
        try (SignsOfLife.Watched _ = signs.watch(outlet, exchange::callerHasGone)) {
            way.go(exchange, outlet);
        }
    }

    private void answer(Exchange exchange, Outlet outlet)
            throws InterruptedException, ClientGoneException {
        boolean heldBack = exchange.isDurable() || exchange.route().config().buffer();
        Router.Found found =
                router.ask(exchange, heldBack ? HoldBack.UNTIL_END : HoldBack.UNTIL_CONTENT);
        try (Ready ready = found.ready()) {
            exchange.answeredIn(ready.dialect());
            switch (ready) {
                case Whole whole -> whole(exchange, whole, found.attempt(), outlet);
                case Streaming streaming -> stream(exchange, streaming, found.attempt(), outlet);
            }
        } finally {
            found.attempt().abandoned(); // no effect when it has ended as it should
        }
    }

    private void whole(Exchange exchange, Whole whole, Attempting attempt, Outlet outlet)
            throws InterruptedException, ClientGoneException {
        byte[] body =
                whole.dialect() == exchange.question().dialect()
                        ? whole.body()
                        : bytes(written(exchange.question().dialect(), whole.completion()));
        Completion completion = whole.completion();
        Attempt row =
                attempt.end(
                                ending(
                                        completion,
                                        Verdict.of(completion).word(),
                                        whole.status(),
                                        Optional.empty()))
                        .orElseThrow();
        recordings.whole(exchange, row, completion);
        remembering(exchange, attempt).whole(whole);
        if (exchange.isCallerGone()) { // and the provider was heard out all the same
            writeDown(exchange, row, "client_gone", CLIENT_GONE);
            throw new ClientGoneException(new IOException("the caller has gone"));
        }
        writeDown(exchange, row, RequestRow.ANSWERED, whole.status());
        outlet.whole(
                whole.status(),
                body,
                AnswerHeaders.live(exchange, attempt, row, completion.model()));
    }

    private void stream(Exchange exchange, Streaming streaming, Attempting attempt, Outlet outlet)
            throws InterruptedException {
        Tally tally = streaming.answer().tally();
        ClientGone onClientGone = attempt.target().onClientGone();
        boolean held = tally.hasEnded();
        Optional<Attempt> early = Optional.empty();
        if (held && exchange.isDurable()) { // on the disk before anybody sees it
            early = attempt.end(ending(exchange, tally, tally.verdict().word()));
            writeDown(exchange, early.orElseThrow(), RequestRow.ANSWERED, 200);
        }
        List<StreamAnswer.Step> heard = new ArrayList<>();
        boolean taped = recordings.cassette().isPresent();
        Remembering remembering = remembering(exchange, attempt);
        Relay.Ended ended =
                new Relay(
                                exchange,
                                outlet,
                                streaming,
                                step -> {
                                    remembering.step(streaming.dialect(), step);
                                    if (taped) {
                                        heard.add(step);
                                    }
                                })
                        .run(AnswerHeaders.stream(exchange, attempt, tally.model()), onClientGone);
        if (early.isPresent()) {
            streaming.answer().finish();
            recordings.stream(exchange, early.get(), streaming, heard);
            return;
        }
        Attempt row = close(exchange, attempt, tally, ended);
        if (ended.end() == Relay.End.COMPLETE) {
            streaming.answer().finish();
            recordings.stream(exchange, row, streaming, heard);
        }
        switch (ended.end()) {
            case COMPLETE -> writeDown(exchange, row, RequestRow.ANSWERED, 200);
            case CLIENT_GONE -> writeDown(exchange, row, "client_gone", CLIENT_GONE);
            case BROKEN -> writeDown(exchange, row, "upstream_truncated", 200);
            case STOPPED -> writeDown(exchange, row, "session_stopped", 200);
        }
    }

    private Remembering remembering(Exchange exchange, Attempting attempt) {
        return new Remembering(router.whereabouts(), exchange, attempt);
    }

    private static Attempt close(
            Exchange exchange, Attempting attempt, Tally tally, Relay.Ended ended) {
        Ending ending =
                switch (ended.end()) {
                    case COMPLETE -> ending(exchange, tally, tally.verdict().word());
                    case CLIENT_GONE -> ending(exchange, tally, "client_gone");
                    case BROKEN -> ending(exchange, tally, "truncated").but("malformed");
                    case STOPPED -> ending(exchange, tally, "stopped");
                };
        boolean ours = ended.end() == Relay.End.COMPLETE || attempt.stopsWithItsConnection();
        boolean broken = ended.failed().filter(failed -> !failed.isOurs()).isPresent();
        if (ending.estimated() && (broken || !ours)) {
            ending = ending.possiblyMore();
        }
        if (ended.end() == Relay.End.BROKEN) {
            attempt.blame(ended.failed().map(Failed::kind).orElse(Refusal.Kind.MALFORMED));
        }
        return attempt.end(ending).orElseThrow();
    }

    /** From the store, or asked once for all who want to know the same right now. */
    void fromStore(Exchange exchange, Outlet outlet)
            throws InterruptedException, ClientGoneException {
        lookedAfter(exchange, outlet, this::stored);
    }

    private void stored(Exchange exchange, Outlet outlet)
            throws InterruptedException, ClientGoneException {
        Canonical canonical = canonical(exchange.question());
        exchange.isStoredAs(canonical);
        int sample = exchange.terms().sample();
        List<Digest> keys =
                exchange.route().targets().stream()
                        .map(target -> canonical.key(target.storedAs(), sample))
                        .toList();
        StoredAnswer answer =
                flights.join(keys, () -> findOrAsk(exchange, canonical, keys)).result();
        boolean asked = !exchange.attempts().isEmpty();
        if (exchange.end(RequestRow.ANSWERED, answer.status())) {
            exchange.meter().storeHit();
            ledger.append(
                    exchange.books()
                            .row(
                                    exchange,
                                    RequestRow.ANSWERED,
                                    answer.status(),
                                    Optional.of(Served.of(answer)),
                                    Headers.HIT));
        }
        send(exchange, answer, asked ? Headers.MISS : Headers.HIT, outlet);
    }

    private static Canonical canonical(Question question) {
        try {
            return Canonical.of(question.dialect(), question.tree());
        } catch (WireException e) {
            String message = String.valueOf(e.getMessage());
            throw new RefusedException(Refusals.badRequest("invalid_request", e.param(), message));
        }
    }

    private StoredAnswer findOrAsk(Exchange exchange, Canonical canonical, List<Digest> keys)
            throws InterruptedException {
        Optional<StoredAnswer> stored = find(exchange, keys);
        return stored.isPresent() ? stored.get() : askAndKeep(exchange, canonical);
    }

    /** Live traffic goes on without a store that cannot be read. */
    private Optional<StoredAnswer> find(Exchange exchange, List<Digest> keys) {
        try {
            return keys.stream().map(store::find).flatMap(Optional::stream).findFirst();
        } catch (UserError e) {
            if (exchange.isDurable()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Asks the targets of the route, and returns when the answer is on the disk. */
    private StoredAnswer askAndKeep(Exchange exchange, Canonical canonical)
            throws InterruptedException {
        Router.Found found = router.ask(exchange, HoldBack.UNTIL_END);
        Attempting attempt = found.attempt();
        try (Ready ready = found.ready()) {
            exchange.answeredIn(ready.dialect());
            Dialect dialect = exchange.question().dialect();
            remember(ready, remembering(exchange, attempt));
            Completion completion = completion(ready);
            String body =
                    ready instanceof Whole whole && whole.dialect() == dialect
                            ? new String(whole.body(), StandardCharsets.UTF_8)
                            : written(dialect, completion);
            int status = ready instanceof Whole whole ? whole.status() : 200;
            Verdict verdict = Verdict.of(completion);
            Digest key = canonical.key(attempt.target().storedAs(), exchange.terms().sample());
            Attempt row =
                    attempt.end(
                                    ending(
                                            completion,
                                            verdict.word(),
                                            status,
                                            Optional.of(
                                                    new Attempt.Content(
                                                            key,
                                                            canonical.json(),
                                                            body,
                                                            completion.model(),
                                                            verdict == Verdict.GOOD))))
                            .orElseThrow();
            StoredAnswer answer =
                    new StoredAnswer(
                            key,
                            row.provider(),
                            row.model(),
                            completion.model(),
                            status,
                            body,
                            row.latencyMillis(),
                            row.usage(),
                            row.costNanoUsd(),
                            row.simulated(),
                            row.at());
            if (exchange.end(RequestRow.ANSWERED, status)) {
                ledger.commit(
                        exchange.books()
                                .row(
                                        exchange,
                                        RequestRow.ANSWERED,
                                        status,
                                        Optional.of(Served.of(answer)),
                                        Headers.MISS));
            }
            recordings.whole(exchange, row, completion);
            return answer;
        } finally {
            attempt.abandoned();
        }
    }

    private static void send(Exchange exchange, StoredAnswer answer, String store, Outlet outlet)
            throws ClientGoneException {
        if (!exchange.question().envelope().stream()) {
            outlet.whole(
                    answer.status(),
                    bytes(answer.body()),
                    AnswerHeaders.stored(exchange, answer, store));
            return;
        }
        Dialect dialect = exchange.question().dialect();
        CallerCodec.StreamWriter writer =
                Codecs.forCaller(dialect)
                        .streamWriter(exchange.question().envelope().includesUsage());
        outlet.begin(AnswerHeaders.stored(exchange, answer, store));
        for (Event event : Event.of(read(dialect, answer.body()))) {
            byte[] bytes = writer.write(event);
            if (bytes.length > 0) {
                outlet.write(bytes);
            }
        }
        outlet.end();
    }

    private void writeDown(Exchange exchange, Attempt attempt, String outcome, int status)
            throws InterruptedException {
        if (!exchange.end(outcome, status)) {
            return;
        }
        Served served =
                new Served(
                        attempt.provider(),
                        attempt.model(),
                        attempt.usage(),
                        attempt.estimated(),
                        attempt.simulated());
        write(
                exchange,
                exchange.books().row(exchange, outcome, status, Optional.of(served), Headers.OFF));
    }

    /** What is held back has all come already. */
    private static void remember(Ready ready, Remembering remembering) {
        switch (ready) {
            case Whole whole -> remembering.whole(whole);
            case Streaming streaming ->
                    streaming.held().forEach(step -> remembering.step(streaming.dialect(), step));
        }
    }

    private static Completion completion(Ready ready) {
        return switch (ready) {
            case Whole whole -> whole.completion();
            case Streaming streaming -> streaming.answer().tally().completion();
        };
    }

    private static Ending ending(
            Completion completion, String outcome, int status, Optional<Attempt.Content> content) {
        return new Ending(
                outcome,
                Optional.empty(),
                status,
                completion.usage(),
                false,
                completion.serviceTier(),
                completion.usage().isEmpty(),
                content);
    }

    /** A stream's usage is a guess where the provider did not count, or was not heard out. */
    private static Ending ending(Exchange exchange, Tally tally, String outcome) {
        boolean counted = tally.usage().isPresent() && tally.hasEnded();
        Usage usage =
                counted
                        ? tally.usage().orElseThrow()
                        : tally.estimate(Books.guess(exchange.question().envelope()));
        return new Ending(
                outcome,
                Optional.empty(),
                200,
                Optional.of(usage),
                !counted,
                tally.tier(),
                false,
                Optional.empty());
    }

    private static String written(Dialect dialect, Completion completion) {
        return Json.line(Codecs.forCaller(dialect).writeCompletion(completion));
    }

    private static Completion read(Dialect dialect, String body) {
        try {
            return Codecs.forProvider(dialect).readCompletion(Json.parse(body));
        } catch (JsonProcessingException | WireException e) {
            throw new IllegalStateException("a stored answer cannot be read", e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
