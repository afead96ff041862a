package dev.distill.proxy;

import dev.distill.config.ProxyConfig.ClientGone;
import dev.distill.proxy.affinity.Place;
import dev.distill.proxy.ledger.Attempt;
import dev.distill.proxy.money.Drawdown;
import dev.distill.proxy.money.Kind;
import dev.distill.proxy.money.Lots;
import dev.distill.proxy.money.PriceRow;
import dev.distill.proxy.money.Reservation;
import dev.distill.proxy.routing.TargetHealth;
import dev.distill.proxy.telemetry.AttemptSpan;
import dev.distill.proxy.telemetry.GenAi;
import dev.distill.proxy.telemetry.Vocabulary;
import dev.distill.proxy.upstream.Credential;
import dev.distill.proxy.upstream.UpstreamId;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Refusal;
import dev.distill.proxy.wire.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One call to a provider as the books see it: money is set aside when it begins, and when it ends
 * it is settled and gets its row, exactly once, whatever it ended with.
 *
 * <p>A call that was certainly not served costs nothing: nobody was reached, or the provider said
 * no. One that was served costs what was used. One that may have been, and nobody knows, is charged
 * at its worst case until somebody reconciles it. Between the two are the streams that we have
 * ended ourselves, for a caller who has gone or another target that was faster: their providers
 * stop with the connection, so that what they have said so far, and a guess at the input, is what
 * they bill, give or take; the worst case would have an editor that takes back most of its requests
 * use up its budget with answers that nobody made. Where a provider is known to go on, its streams
 * are drained instead, or charged at their worst.
 */
final class Attempting {
    private static final String ABANDONED = "abandoned";

    /** More of a kind than any answer has. */
    private static final long MOST_TOKENS = 1_000_000_000;

    private final Exchange exchange;
    private final Target target;
    private final Credential key;
    private final TargetHealth.Pass pass;
    private final Reservation reservation;
    private final Optional<PriceRow> price;
    private final Lots lots;
    private final AttemptSpan span;
    private final Instant at;
    private final long startNanos = System.nanoTime();
    private long firstTokenNanos;
    private OptionalLong recordedMillis = OptionalLong.empty();
    private volatile Optional<String> upstreamId = Optional.empty();
    private boolean stripped;
    private boolean over;

    Attempting(
            Exchange exchange,
            Target target,
            Credential key,
            TargetHealth.Pass pass,
            Reservation reservation,
            Optional<PriceRow> price,
            Lots lots,
            Instant at) {
        this.exchange = exchange;
        this.target = target;
        this.key = key;
        this.pass = pass;
        this.reservation = reservation;
        this.price = price;
        this.lots = lots;
        this.span =
                exchange.span()
                        .attempt(
                                GenAi.operation(exchange.question().dialect()),
                                target.seen().provider(),
                                target.model(),
                                target.seen().server());
        this.at = at;
    }

    /**
     * How it ended.
     *
     * @param outcome the word for it in the ledger
     * @param error the word for what went wrong, in metrics and traces
     * @param usage what was used, as far as anybody knows
     * @param estimated whether we counted, since the provider did not
     * @param tier that it is billed at
     * @param possiblyBilled whether it may cost something that nobody knows, which is then charged
     *     at its worst; usage is then as much as is known of it
     * @param content what goes to the store
     */
    record Ending(
            String outcome,
            Optional<String> error,
            int status,
            Optional<Usage> usage,
            boolean estimated,
            Optional<String> tier,
            boolean possiblyBilled,
            Optional<Attempt.Content> content) {
        /** The same for those who count what goes wrong. */
        Ending but(String wrong) {
            return new Ending(
                    outcome,
                    Optional.of(wrong),
                    status,
                    usage,
                    estimated,
                    tier,
                    possiblyBilled,
                    content);
        }

        /** The same, but what was used may be more. */
        Ending possiblyMore() {
            return new Ending(outcome, error, status, usage, estimated, tier, true, content);
        }

        /** An ending of which nobody knows what it costs. */
        static Ending unknown(String outcome) {
            return new Ending(
                    outcome,
                    Optional.of(outcome),
                    0,
                    Optional.empty(),
                    true,
                    Optional.empty(),
                    true,
                    Optional.empty());
        }
    }

    /** The target that is asked. */
    Target target() {
        return target;
    }

    /** Who answers. */
    Place place() {
        return new Place(target.provider(), key.name(), target.model());
    }

    /** The head of an answer has come, with the provider's own name for the request in it. */
    void headed(Function<String, Optional<String>> header) {
        upstreamId = UpstreamId.of(header);
    }

    /** The provider's own name for the request. */
    Optional<String> upstreamId() {
        return upstreamId;
    }

    /** It is asked without the thoughts that only another account can read. */
    void isStripped() {
        stripped = true;
    }

    /** Whether thoughts were left out. */
    boolean stripped() {
        return stripped;
    }

    /** The headers that join the provider's spans to ours. */
    Map<String, String> traceHeaders() {
        return span.headers();
    }

    /** When it began. */
    Instant at() {
        return at;
    }

    /** So far it took, or once, where it is a recording. */
    long millis() {
        return recordedMillis.orElseGet(
                () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
    }

    /** Since it began; 0 once it is over. */
    long nanos() {
        return over ? 0 : System.nanoTime() - startNanos;
    }

    /**
     * There is an answer, or its first token.
     *
     * @param recorded how long it took when it was recorded, which is then its latency
     */
    void ready(OptionalLong recorded) {
        recordedMillis = recorded;
        firstTokenNanos = System.nanoTime();
        pass.firstToken();
    }

    /** It brought no answer. */
    void failed(Failed failed) {
        pass.failed(failed.kind());
        end(
                new Ending(
                        failed.kind().word(),
                        Optional.of(failed.kind().word()),
                        failed.status(),
                        Optional.empty(),
                        failed.possiblyBilled(),
                        Optional.empty(),
                        failed.possiblyBilled(),
                        content(failed)));
    }

    /** What a provider sent instead of an answer is kept too, but never served. */
    private Optional<Attempt.Content> content(Failed failed) {
        return exchange.canonical()
                .flatMap(
                        canonical ->
                                failed.body()
                                        .map(
                                                body ->
                                                        new Attempt.Content(
                                                                canonical.key(
                                                                        target.storedAs(),
                                                                        exchange.terms().sample()),
                                                                canonical.json(),
                                                                body,
                                                                target.model(),
                                                                false)));
    }

    /** It broke off after its first token, by the provider's fault. */
    void blame(Refusal.Kind kind) {
        pass.failed(kind);
    }

    /** It ended before its first token because of us, not because of the provider. */
    void abandoned() {
        end(
                stopsWithItsConnection()
                        ? abandoned(Books.guess(exchange.question().envelope()), true)
                        : Ending.unknown(ABANDONED));
    }

    /** Another target was faster, but this one has an answer too. */
    void beaten(Opening.Ready ready) {
        switch (ready) {
            case Opening.Whole whole when whole.completion().usage().isPresent() ->
                    end(abandoned(whole.completion().usage().get(), false));
            case Opening.Whole _ -> end(Ending.unknown(ABANDONED));
            case Opening.Streaming streaming when stopsWithItsConnection() ->
                    end(
                            abandoned(
                                    streaming
                                            .answer()
                                            .tally()
                                            .estimate(Books.guess(exchange.question().envelope())),
                                    true));
            case Opening.Streaming _ -> end(Ending.unknown(ABANDONED));
        }
    }

    private static Ending abandoned(Usage usage, boolean estimated) {
        return new Ending(
                ABANDONED,
                Optional.of(ABANDONED),
                0,
                Optional.of(usage),
                estimated,
                Optional.empty(),
                false,
                Optional.empty());
    }

    /** Whether the provider stops, and stops billing, when it is no longer listened to. */
    boolean stopsWithItsConnection() {
        return exchange.question().envelope().stream()
                && target.onClientGone() == ClientGone.CANCEL;
    }

    /** Its caller has gone: it has read the request at least, as we count it. */
    void callerGone() {
        end(
                new Ending(
                        "client_gone",
                        Optional.of("client_gone"),
                        0,
                        Optional.of(Books.guess(exchange.question().envelope())),
                        true,
                        Optional.empty(),
                        true,
                        Optional.empty()));
    }

    /** There was nothing to send. */
    void neverMade() {
        over = true;
        reservation.close();
        pass.close();
    }

    /**
     * It is over.
     *
     * @return its row; only the first time counts
     */
    Optional<Attempt> end(Ending ending) {
        if (over) {
            return Optional.empty();
        }
        over = true;
        Optional<Usage> used =
                ending.usage().filter(Attempting::isPlausible).map(this::withItsSearch);
        boolean open = ending.possiblyBilled() || used.isPresent() != ending.usage().isPresent();
        Optional<Drawdown> drawn =
                used.map(usage -> lots.draw(target.provider(), target.model(), at, usage))
                        .filter(drawdown -> !drawdown.draws().isEmpty());
        OptionalLong cost = cost(ending.tier(), used, open, drawn);
        long charged =
                cost.isPresent() && !open
                        ? cost.getAsLong()
                        : Math.max(cost.orElse(0), reservation.worstNanoUsd());
        reservation.settle(charged);
        pass.close();
        used.ifPresent(usage -> target.upstream().keys().used(key, usage.input() + usage.output()));
        Attempt row =
                new Attempt(
                        at,
                        target.provider(),
                        Optional.of(key.name()),
                        target.model(),
                        ending.outcome(),
                        ending.status(),
                        millis(),
                        firstTokenMillis(),
                        used,
                        ending.estimated() || open,
                        cost,
                        charged,
                        ending.tier(),
                        drawn.map(Drawdown::draws).orElse(List.of()),
                        target.upstream().simulated(),
                        upstreamId,
                        ending.content());
        exchange.add(row);
        exchange.waited(System.nanoTime() - startNanos);
        observe(ending, cost);
        return Optional.of(row);
    }

    /** Whether an answer can have taken as much; a provider may say anything. */
    private static boolean isPlausible(Usage usage) {
        return Stream.of(Kind.values())
                .allMatch(kind -> kind.of(usage) >= 0 && kind.of(usage) <= MOST_TOKENS);
    }

    /** A chat completion that may search does so once, and its usage does not tell. */
    private Usage withItsSearch(Usage usage) {
        return exchange.question().dialect() == Dialect.OPENAI_CHAT
                        && exchange.question().envelope().serverTools().searches()
                        && usage.webSearches() == 0
                ? usage.withSearches(1)
                : usage;
    }

    private void observe(Ending ending, OptionalLong cost) {
        boolean good = ending.usage().isPresent() && ending.error().isEmpty();
        target.meter().ended(ending.error().orElse(Vocabulary.OK), System.nanoTime() - startNanos);
        ending.usage().ifPresent(used -> target.meter().billed(used, cost.orElse(0)));
        if (cost.isEmpty()) {
            target.meter().unknown();
        }
        if (good) {
            span.answered(target.model(), ending.usage().orElseThrow());
        }
        span.end(
                ending.status() == 0 ? OptionalInt.empty() : OptionalInt.of(ending.status()),
                ending.error());
    }

    /**
     * What it costs, as far as usage tells; tokens that are paid for already count as their share
     * of the lot's price.
     */
    private OptionalLong cost(
            Optional<String> tier, Optional<Usage> usage, boolean open, Optional<Drawdown> drawn) {
        if (usage.isPresent() && price.filter(row -> row.covers(usage.get())).isPresent()) {
            Usage used = usage.get();
            return OptionalLong.of(
                    drawn.map(
                                    drawdown ->
                                            drawdown.amortisedNanoUsd()
                                                    + drawdown.marginalNanoUsd(
                                                            price.get(), used, tier))
                            .orElseGet(() -> price.get().nanoUsd(used, tier)));
        }
        return usage.isPresent() || open ? OptionalLong.empty() : OptionalLong.of(0);
    }

    private OptionalLong firstTokenMillis() {
        return firstTokenNanos == 0 || !exchange.question().envelope().stream()
                ? OptionalLong.empty()
                : OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(firstTokenNanos - startNanos));
    }
}
