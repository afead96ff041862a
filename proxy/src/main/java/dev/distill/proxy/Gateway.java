package dev.distill.proxy;

import dev.distill.proxy.access.KeyRing;
import dev.distill.proxy.access.Principal;
import dev.distill.proxy.money.Permit;
import dev.distill.proxy.money.RateLimitedException;
import dev.distill.proxy.money.Who;
import dev.distill.proxy.sessions.Call;
import dev.distill.proxy.sessions.Owner;
import dev.distill.proxy.sessions.Sessions;
import dev.distill.proxy.sessions.Trace;
import dev.distill.proxy.telemetry.GenAi;
import dev.distill.proxy.telemetry.RequestSpan;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Envelope;
import dev.distill.proxy.wire.Refusal;
import dev.distill.proxy.wire.WireException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The way of a request: who asks, whether they may, who answers, what it cost. An answer comes from
 * the store of paid answers where that is asked for, else from the targets of the route.
 */
final class Gateway {
    private static final int BYTES_PER_TOKEN = 4;

    /** What an answer is taken to be in the limits per minute until it is known. */
    private static final long USUAL_ANSWER = 1000;

    private final Supplier<Plan> plans;
    private final Answering answering;
    private final Sessions sessions;
    private final Observers observers;
    private final InstantSource clock;
    private final TurnedAway turnedAway;
    private final Set<Exchange> running = ConcurrentHashMap.newKeySet();

    Gateway(
            Supplier<Plan> plans,
            Answering answering,
            Sessions sessions,
            Observers observers,
            InstantSource clock) {
        this.plans = plans;
        this.answering = answering;
        this.sessions = sessions;
        this.observers = observers;
        this.clock = clock;
        this.turnedAway = new TurnedAway(answering.ledger(), observers.metrics());
    }

    /**
     * A request whose sender is known.
     *
     * @param plan that holds for all of it
     * @param principal who asks; empty where nobody needs a key
     */
    record Admitted(
            Arrival arrival, Plan plan, Caller terms, Optional<Principal> principal, Instant at) {
        /**
         * Lets nobody ask for a route that their key is not for.
         *
         * @throws RefusedException then
         */
        void checkAllowed(String route) {
            if (principal.map(p -> !p.mayUse(route)).orElse(false)) {
                throw new RefusedException(
                        Refusals.forbidden(
                                "model_not_allowed", "this key may not use route " + route));
            }
        }
    }

    /**
     * Finds out who asks, before any of the body is read.
     *
     * @throws RefusedException when they may not, or a header makes no sense
     */
    Admitted admit(Arrival arrival) {
        Plan plan = plans.get();
        Optional<Principal> principal;
        try {
            principal = plan.keys().map(keys -> principal(keys, arrival));
        } catch (RefusedException e) {
            turnedAway.stranger(arrival, e.refusal());
            throw e;
        }
        Instant now = clock.instant();
        try {
            return new Admitted(arrival, plan, Caller.of(arrival.header()), principal, now);
        } catch (RefusedException e) {
            turnAway(new Admitted(arrival, plan, Caller.NOBODY, principal, now), e.refusal());
            throw e;
        }
    }

    /** Writes down a request that is refused before it is read. */
    void turnAway(Admitted admitted, Refusal refusal) {
        turnedAway.known(admitted, TurnedAway.NOWHERE, false, refusal);
    }

    private static Principal principal(KeyRing keys, Arrival arrival) {
        Optional<String> presented = KeyRing.presented(arrival.header());
        return presented
                .flatMap(keys::find)
                .orElseThrow(
                        () ->
                                new RefusedException(
                                        Refusals.unauthorized(
                                                presented
                                                        .map(keys::refusal)
                                                        .orElse(
                                                                "a key of this proxy is needed, as"
                                                                        + " a bearer token or in"
                                                                        + " x-api-key"))));
    }

    /** Ends everything that is under way; each caller is told so. */
    void stopAll() {
        running.forEach(exchange -> exchange.stop("the proxy is stopping"));
    }

    /** The routes that somebody may use. */
    ModelList models(Admitted admitted) {
        return new ModelList(
                admitted.plan().routes().keySet().stream()
                        .filter(name -> admitted.principal().map(p -> p.mayUse(name)).orElse(true))
                        .toList());
    }

    /**
     * Answers a request.
     *
     * @throws RefusedException when it is refused or nobody answers
     * @throws ClientGoneException when whoever asked is not there any more
     */
    void serve(Admitted admitted, byte[] body, Outlet outlet)
            throws InterruptedException, ClientGoneException {
        Envelope envelope;
        try {
            envelope = envelope(admitted.arrival().dialect(), body);
        } catch (RefusedException e) {
            turnAway(admitted, e.refusal());
            throw e;
        }
        Plan plan = admitted.plan();
        Route named;
        Route route;
        try {
            admitted.checkAllowed(envelope.model());
            named = plan.named(envelope.model());
            route = plan.inForce(named, LocalDate.ofInstant(admitted.at(), ZoneOffset.UTC));
            admitted.checkAllowed(route.name());
        } catch (RefusedException e) {
            boolean known = plan.routes().containsKey(envelope.model());
            String name = known ? envelope.model() : TurnedAway.NOWHERE;
            turnedAway.known(admitted, name, envelope.stream(), e.refusal());
            throw e;
        }
        Who who = who(admitted, route);
        boolean stored = isStored(admitted.terms(), route);
        Exchange exchange =
                new Exchange(
                        admitted,
                        named,
                        route,
                        new Question(admitted.arrival().dialect(), envelope, body),
                        who,
                        new Books(plan, answering.ledger(), clock),
                        stored || observers.recordings().want(route)
                                ? Tally.Keep.TEXT
                                : Tally.Keep.COUNTS,
                        observers.metrics().route(named.name(), envelope.dialect()),
                        span(admitted.arrival(), named));
        running.add(exchange);
        try (Permit permit = permit(plan, who, envelope)) {
            exchange.isWithin(permit);
            Call session = session(admitted, exchange);
            session.onStop(() -> exchange.stop("session " + session.sessionId() + " was stopped"));
            try {
                if (stored) {
                    answering.fromStore(exchange, outlet);
                } else {
                    answering.live(exchange, outlet);
                }
            } finally {
                session.settle(exchange.knownNanoUsd());
                permit.settle(exchange.tokens());
            }
        } catch (RefusedException e) {
            answering.writeDown(exchange, TurnedAway.word(e.refusal()), e.refusal().status());
            outlet.note(AnswerHeaders.refused(exchange));
            throw e;
        } catch (InterruptedException | RuntimeException e) {
            answering.writeDown(exchange, "internal_error", 500);
            throw e;
        } finally {
            running.remove(exchange);
        }
    }

    private RequestSpan span(Arrival arrival, Route route) {
        return observers
                .traces()
                .begin(
                        GenAi.operation(arrival.dialect()),
                        route.name(),
                        Optional.ofNullable(arrival.passedOn().get("traceparent")),
                        Optional.ofNullable(arrival.passedOn().get("tracestate")));
    }

    private static Envelope envelope(Dialect dialect, byte[] body) {
        try {
            return Envelope.read(dialect, body);
        } catch (WireException e) {
            throw new RefusedException(
                    Refusals.badRequest(
                            e.param().equals("body") ? "invalid_json" : "invalid_request",
                            e.param(),
                            String.valueOf(e.getMessage())));
        }
    }

    private static Who who(Admitted admitted, Route route) {
        Optional<Principal> principal = admitted.principal();
        return new Who(
                principal.map(Principal::key),
                principal.flatMap(Principal::user),
                principal.flatMap(Principal::team),
                route.name(),
                admitted.terms()
                        .job()
                        .map(name -> new Who.Job(name, admitted.terms().maxNanoUsd())));
    }

    /** Jobs find their paid answers again; live traffic does where its route says so. */
    private static boolean isStored(Caller terms, Route route) {
        return terms.storeUse() == Caller.StoreUse.ON
                && (terms.job().isPresent() || route.config().store());
    }

    private Permit permit(Plan plan, Who who, Envelope envelope) {
        long estimate =
                envelope.textBytes() / BYTES_PER_TOKEN
                        + Math.min(envelope.maxOutputTokens().orElse(USUAL_ANSWER), USUAL_ANSWER);
        try {
            return plan.limits().acquire(who, estimate);
        } catch (RateLimitedException e) {
            throw new RefusedException(
                    Refusals.tooMany(
                            "rate_limit_exceeded",
                            String.valueOf(e.getMessage()),
                            Optional.of(e.retryAfter())));
        }
    }

    private Call session(Admitted admitted, Exchange exchange) {
        Envelope envelope = exchange.question().envelope();
        Owner owner =
                new Owner(
                        exchange.who().key().orElse(""),
                        exchange.who().user(),
                        exchange.who().team());
        return switch (sessions.begin(
                owner,
                new Trace(
                        fingerprint(envelope.beginning()),
                        fingerprint(envelope.fingerprint()),
                        envelope.endsInStep()),
                admitted.terms().session())) {
            case Call call -> {
                exchange.belongsTo(call);
                yield call;
            }
            case dev.distill.proxy.sessions.Admission.Refused refused ->
                    throw new RefusedException(
                            Refusals.tooMany(
                                    "session_stopped",
                                    "%s is stopped: %s; resume it with distill sessions resume %s"
                                            .formatted(
                                                    refused.shown(),
                                                    refused.reason(),
                                                    refused.id()),
                                    Optional.empty()));
        };
    }

    private static long fingerprint(String hex) {
        return Long.parseUnsignedLong(hex, 0, 16, 16);
    }
}
