package dev.distill.proxy;

import dev.distill.proxy.affinity.Place;
import dev.distill.proxy.ledger.Attempt;
import dev.distill.proxy.money.Drawdown;
import dev.distill.proxy.money.Lots;
import dev.distill.proxy.money.PriceRow;
import dev.distill.proxy.money.Reservation;
import dev.distill.proxy.routing.TargetHealth;
import dev.distill.proxy.telemetry.AttemptSpan;
import dev.distill.proxy.telemetry.GenAi;
import dev.distill.proxy.telemetry.Vocabulary;
import dev.distill.proxy.upstream.Credential;
import dev.distill.proxy.upstream.UpstreamId;
import dev.distill.proxy.wire.Refusal;
import dev.distill.proxy.wire.Usage;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One call to a provider as the books see it: money is set aside when it begins, and when it ends
 * it is settled and gets its row, exactly once, whatever it ended with.
 */
final class Attempting {
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
     * @param possiblyBilled whether it may cost something although nobody knows the usage
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
        /** An ending without usage. */
        static Ending without(String outcome, int status, boolean possiblyBilled) {
            return new Ending(
                    outcome,
                    Optional.of(outcome),
                    status,
                    Optional.empty(),
                    false,
                    Optional.empty(),
                    possiblyBilled,
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
                        false,
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

    /** It ended in the middle because of us, not because of the provider. */
    void abandoned() {
        end(Ending.without("abandoned", 0, true));
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
        Optional<Drawdown> drawn =
                ending.usage()
                        .map(used -> lots.draw(target.provider(), target.model(), at, used))
                        .filter(drawdown -> !drawdown.draws().isEmpty());
        OptionalLong cost = cost(ending, drawn);
        long charged = cost.orElseGet(this::guess);
        reservation.settle(charged);
        pass.close();
        ending.usage()
                .ifPresent(
                        used -> target.upstream().keys().used(key, used.input() + used.output()));
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
                        ending.usage(),
                        ending.estimated(),
                        cost,
                        charged,
                        ending.tier(),
                        drawn.map(drawdown -> drawdown.draws().getFirst().lot()),
                        target.upstream().simulated(),
                        upstreamId,
                        ending.content());
        exchange.add(row);
        exchange.waited(System.nanoTime() - startNanos);
        observe(ending, cost);
        return Optional.of(row);
    }

    /** What budgets count of a call whose cost nobody knows: most such calls cost nothing. */
    private long guess() {
        return Math.min(
                reservation.worstNanoUsd(),
                price.map(
                                row ->
                                        row.nanoUsd(
                                                Books.guess(exchange.question().envelope()),
                                                Optional.empty()))
                        .orElse(0L));
    }

    private void observe(Ending ending, OptionalLong cost) {
        boolean good = ending.usage().isPresent() && ending.error().isEmpty();
        target.meter().ended(ending.error().orElse(Vocabulary.OK), System.nanoTime() - startNanos);
        ending.usage().ifPresent(used -> target.meter().billed(used, cost.orElse(0)));
        if (good) {
            span.answered(target.model(), ending.usage().orElseThrow());
        }
        span.end(
                ending.status() == 0 ? OptionalInt.empty() : OptionalInt.of(ending.status()),
                ending.error());
    }

    /** What it costs; tokens that are paid for already count as their share of the lot's price. */
    private OptionalLong cost(Ending ending, Optional<Drawdown> drawn) {
        if (ending.usage().isPresent() && price.isPresent()) {
            Usage used = ending.usage().get();
            return OptionalLong.of(
                    drawn.map(
                                    drawdown ->
                                            drawdown.amortisedNanoUsd()
                                                    + drawdown.marginalNanoUsd(
                                                            price.get(), used, ending.tier()))
                            .orElseGet(() -> price.get().nanoUsd(used, ending.tier())));
        }
        return ending.usage().isPresent() || ending.possiblyBilled()
                ? OptionalLong.empty()
                : OptionalLong.of(0);
    }

    private OptionalLong firstTokenMillis() {
        return firstTokenNanos == 0 || !exchange.question().envelope().stream()
                ? OptionalLong.empty()
                : OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(firstTokenNanos - startNanos));
    }
}
