package dev.distill.proxy;

import dev.distill.proxy.ledger.Attempt;
import dev.distill.proxy.ledger.Ledger;
import dev.distill.proxy.ledger.RequestRow;
import dev.distill.proxy.ledger.Served;
import dev.distill.proxy.ledger.Who;
import dev.distill.proxy.money.BudgetExceededException;
import dev.distill.proxy.money.PriceRow;
import dev.distill.proxy.money.Reservation;
import dev.distill.proxy.routing.TargetHealth;
import dev.distill.proxy.upstream.Credential;
import dev.distill.proxy.wire.Envelope;
import dev.distill.proxy.wire.Refusal;
import dev.distill.proxy.wire.Usage;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * What every call may cost, does cost and is written down as. No call is made without it: money is
 * set aside first, in every budget that the call counts to.
 */
final class Books {
    /** What a picture, a sound or a document is guessed to be, in tokens. */
    private static final long TOKENS_OF_MEDIA = 1_000;

    private static final int BYTES_PER_TOKEN = 4;

    private final Plan plan;
    private final Ledger ledger;
    private final InstantSource clock;

    Books(Plan plan, Ledger ledger, InstantSource clock) {
        this.plan = plan;
        this.ledger = ledger;
        this.clock = clock;
    }

    /** What a request is guessed to have used of which nobody has said anything. */
    static Usage guess(Envelope envelope) {
        return Usage.of(
                envelope.textBytes() / BYTES_PER_TOKEN + TOKENS_OF_MEDIA * envelope.mediaItems(),
                0);
    }

    /** Whether the tokens of a target are paid for already. */
    boolean isPrepaid(Target target, Instant at) {
        return plan.lots().preferred(target.provider(), target.model(), at);
    }

    /**
     * Sets aside what a call may cost.
     *
     * @throws RefusedException when that could pass a budget, or nobody can know
     */
    Attempting begin(Exchange exchange, Target target, Credential key) {
        Instant at = clock.instant();
        Optional<PriceRow> price = plan.prices().at(target.provider(), target.model(), at);
        boolean bound = isBound(exchange, target);
        if (bound && price.isEmpty()) {
            throw new RefusedException(
                    Refusals.badRequest(
                            Refusals.PRICE_UNKNOWN,
                            "model",
                            "a budget binds, but model %1$s has no price; set prices.%1$s in the proxy file"
                                    .formatted(target.model())));
        }
        long worst = price.map(row -> worst(row, exchange, target, bound)).orElse(0L);
        Reservation reservation = reserve(exchange, target, worst, at);
        try {
            return begun(exchange, target, key, price, reservation, at);
        } catch (RuntimeException | Error e) { // the call is not made
            reservation.close();
            throw e;
        }
    }

    private Attempting begun(
            Exchange exchange,
            Target target,
            Credential key,
            Optional<PriceRow> price,
            Reservation reservation,
            Instant at) {
        Attempt lost =
                Attempt.of(
                        at,
                        target.provider(),
                        target.model(),
                        RequestRow.LOST,
                        0,
                        0,
                        OptionalLong.empty(),
                        reservation.worstNanoUsd());
        ledger.reserved(
                RequestRow.lost(
                        at,
                        exchange.id(),
                        who(exchange),
                        exchange.route().name(),
                        exchange.question().dialect().name().toLowerCase(Locale.ROOT),
                        exchange.attempting(lost)));
        TargetHealth.Pass pass = target.health().begin().orElseGet(() -> target.health().force());
        return new Attempting(exchange, target, key, pass, reservation, price, plan.lots(), at);
    }

    private boolean isBound(Exchange exchange, Target target) {
        return plan.budgets().binds(exchange.who(), target.provider(), target.model());
    }

    private Reservation reserve(Exchange exchange, Target target, long worst, Instant at) {
        try {
            Reservation reservation =
                    plan.budgets()
                            .reserve(exchange.who(), target.provider(), target.model(), worst);
            reservation.warnings().stream()
                    .findFirst()
                    .ifPresent(account -> exchange.warn(account.toString()));
            return reservation;
        } catch (BudgetExceededException e) {
            throw new RefusedException(
                    Refusals.tooMany(
                            Refusals.BUDGET_EXCEEDED,
                            String.valueOf(e.getMessage()),
                            e.retryAfter(at)));
        }
    }

    /**
     * The most that a call can cost.
     *
     * @throws RefusedException when a limit binds and nobody can tell
     */
    private static long worst(PriceRow price, Exchange exchange, Target target, boolean bound) {
        WorstCase worst =
                new WorstCase(
                        price,
                        exchange.question().envelope(),
                        target.dialectFor(exchange.question()));
        Optional<WorstCase.Missing> missing = bound ? worst.missing() : Optional.empty();
        if (missing.isPresent()) {
            throw new RefusedException(refusal(missing.get(), target));
        }
        if (exchange.isLimitedJob() && worst.hasEndlessAnswer()) {
            throw new RefusedException(
                    Refusals.badRequest(
                            Refusals.MAX_TOKENS_REQUIRED,
                            "max_tokens",
                            Headers.MAX_USD
                                    + " is set, but the answer has no limit; set max_tokens"));
        }
        return worst.nanoUsd();
    }

    private static Refusal refusal(WorstCase.Missing missing, Target target) {
        String remedy =
                missing.key()
                        .map(
                                key ->
                                        "set prices.%s.%s in the proxy file"
                                                .formatted(target.model(), key))
                        .orElse("leave it out, or ask with a key that has no budget");
        return Refusals.badRequest(
                missing.code(),
                missing.param(),
                "a budget binds, but %s; %s".formatted(missing.why(), remedy));
    }

    /** The row of a request that is over. */
    RequestRow row(
            Exchange exchange, String outcome, int status, Optional<Served> served, String store) {
        long firstToken = exchange.firstTokenNanos();
        return new RequestRow(
                exchange.at(),
                exchange.id(),
                who(exchange),
                exchange.route().name(),
                exchange.question().dialect().name().toLowerCase(Locale.ROOT),
                exchange.question().envelope().stream(),
                outcome,
                status,
                TimeUnit.NANOSECONDS.toMillis(exchange.nanos()),
                firstToken == 0
                        ? OptionalLong.empty()
                        : OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(firstToken)),
                served,
                store,
                List.copyOf(exchange.attempts()));
    }

    private static Who who(Exchange exchange) {
        return new Who(
                exchange.terms().job(),
                exchange.who().key(),
                exchange.who().user(),
                exchange.who().team(),
                exchange.session().map(call -> call.sessionId()));
    }
}
