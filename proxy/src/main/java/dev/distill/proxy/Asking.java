package dev.distill.proxy;

import dev.distill.proxy.Opening.HoldBack;
import dev.distill.proxy.Opening.Ready;
import dev.distill.proxy.Opening.Result;
import dev.distill.proxy.routing.AttemptPlan;
import dev.distill.proxy.routing.AttemptPlan.Decision;
import dev.distill.proxy.upstream.Clocks;
import dev.distill.proxy.upstream.Credential;
import dev.distill.proxy.upstream.KeyPool;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Refusal;
import dev.distill.proxy.wire.WireException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * One request on its way through the targets of a route, until one of them has an answer that can
 * be handed on. Used by one thread.
 */
final class Asking {
    private static final int FORBIDDEN = 403;

    /** A target that a key may not use is left alone for this long. */
    private static final Duration WHILE_FORBIDDEN = Duration.ofSeconds(30);

    private final Router tools;
    private final Exchange exchange;
    private final HoldBack holdBack;
    private final Tie tie;
    private final Course course;
    private final Shortfall shortfall = new Shortfall();
    private Optional<WireException> inexpressible = Optional.empty();

    Asking(Router tools, Exchange exchange, HoldBack holdBack) {
        this.tools = tools;
        this.exchange = exchange;
        this.holdBack = holdBack;
        this.tie = Tie.of(exchange, tools.whereabouts());
        this.course =
                new Course(
                        exchange.route(),
                        tools.balancer(),
                        this::canAnswer,
                        target -> exchange.books().isPrepaid(target, exchange.at()));
        if (tie.hasHome()) {
            course.prefer(tie::distance);
            for (Target target : exchange.route().targets()) {
                tie.strangers(target).forEach(key -> course.failed(target, key));
            }
        }
    }

    private boolean canAnswer(Target target) {
        try {
            Dialect asked = target.dialectFor(exchange.question());
            Crossing.check(
                    exchange.question().dialect(), asked, exchange.admitted().arrival().passedOn());
            return tie.admits(target);
        } catch (WireException e) {
            inexpressible = Optional.of(e);
            return false;
        }
    }

    Optional<Router.Found> run() throws InterruptedException {
        Optional<Target> next = first();
        while (next.isPresent()) {
            exchange.checkStopped();
            Target target = next.get();
            long start = System.nanoTime();
            Outcome outcome = attempt(target);
            switch (outcome) {
                case Answered answered -> {
                    return Optional.of(answered.found());
                }
                case Unanswered(Target asked, Failed failed) -> {
                    shortfall.asked(asked, failed);
                    next =
                            failed.isTooLarge()
                                    ? Optional.empty()
                                    : afterFailure(asked, failed, start);
                }
                case Keyless(Failed failed) -> {
                    shortfall.notAsked(target, failed);
                    next = afterFailure(target, failed, start);
                }
                case Skipped _ -> {
                    course.giveUp(target);
                    next = course.next();
                }
            }
        }
        return Optional.empty();
    }

    /** Whoever is available, else whoever will be soonest, if that is soon enough. */
    private Optional<Target> first() throws InterruptedException {
        Optional<Target> next = course.next();
        if (next.isPresent() || course.isEmpty()) {
            return next;
        }
        Target soonest = course.soonest().orElseThrow();
        Duration wait = course.wait(soonest);
        if ((exchange.route().targets().size() > 1 && !tie.isBound()) || isRateLimited(soonest)) {
            if (wait.compareTo(exchange.plan().config().retry().longestWait()) > 0
                    || wait.compareTo(exchange.left()) >= 0) {
                throw resting(wait);
            }
            tools.sleeper().sleep(wait);
        }
        return Optional.of(soonest); // a lone target is asked even when it has been failing
    }

    private static boolean isRateLimited(Target target) {
        return switch (target.health().state()) {
            case COOLING, GONE -> true;
            case CLOSED, OPEN, HALF_OPEN -> !target.upstream().keys().wait(Set.of()).isZero();
        };
    }

    private RefusedException resting(Duration wait) {
        return tie.explained(restingFor(wait));
    }

    private RefusedException restingFor(Duration wait) {
        Shortfall keys = new Shortfall();
        for (Target target : exchange.route().targets()) {
            if (!target.upstream().keys().wait(Set.of()).isZero()) {
                keys.notAsked(target, noKey(target));
            }
        }
        if (keys.all(Refusal.Kind.CREDENTIALS, Refusal.Kind.QUOTA_EXHAUSTED)
                && keys.targets() == exchange.route().targets().size()) {
            return new RefusedException(keys.refusal(exchange.route().name(), exchange.left()));
        }
        String message =
                "every target of route %s is resting after failures or at its rate limit"
                        .formatted(exchange.route().name());
        return new RefusedException(Refusals.later("all_targets_unavailable", message, wait));
    }

    /** What came of an attempt. */
    private sealed interface Outcome {}

    private record Answered(Router.Found found) implements Outcome {}

    private record Unanswered(Target target, Failed failed) implements Outcome {}

    /** The target has no key that can be used, and was not asked. */
    private record Keyless(Failed failed) implements Outcome {}

    private record Skipped() implements Outcome {}

    /** A call that is about to be made. */
    record Prepared(Target target, Credential key, Attempting attempt, Opening.Request request) {}

    private Outcome attempt(Target target) throws InterruptedException {
        course.trying(target);
        KeyPool keys = target.upstream().keys();
        Optional<Credential> key = keys.take(tie.notYet(target, course.failedKeys(target)));
        if (key.isEmpty()) {
            return new Keyless(noKey(target));
        }
        Optional<Prepared> prepared = prepare(target, key.get());
        if (prepared.isEmpty()) {
            return new Skipped();
        }
        Optional<Duration> hedgeAfter = exchange.route().config().hedgeAfter();
        return hedgeAfter.isPresent() && course.hasOtherThan(target)
                ? hedged(prepared.get(), hedgeAfter.get())
                : alone(prepared.get());
    }

    private Outcome alone(Prepared prepared) throws InterruptedException {
        try {
            return conclude(prepared, tools.opening().open(prepared.request()));
        } catch (WireException e) {
            return inexpressible(prepared, e);
        } catch (InterruptedException | RuntimeException e) {
            prepared.attempt().abandoned();
            throw e;
        }
    }

    /** Asks a second target too when the first one has said nothing for a while. */
    private Outcome hedged(Prepared first, Duration after) throws InterruptedException {
        try (Race race = new Race(tools.opening())) {
            race.start(first);
            Optional<Race.Finish> finish = race.within(after);
            Optional<Prepared> second = finish.isPresent() ? Optional.empty() : hedge();
            second.ifPresent(race::start);
            Race.Finish winner = finish.isPresent() ? finish.get() : race.next();
            Outcome outcome = conclude(winner);
            if (!(outcome instanceof Answered) && race.isOpen()) {
                if (outcome instanceof Unanswered unanswered) {
                    shortfall.asked(unanswered.target(), unanswered.failed());
                }
                outcome = conclude(race.next());
            }
            return outcome;
        }
    }

    /** The second target, if there is one and the budget for doing things twice allows it. */
    private Optional<Prepared> hedge() {
        Optional<Target> other = course.next();
        if (other.isEmpty() || !exchange.plan().retries().take()) {
            return Optional.empty();
        }
        course.trying(other.get());
        try {
            return other.get()
                    .upstream()
                    .keys()
                    .take(tie.notYet(other.get(), course.failedKeys(other.get())))
                    .flatMap(key -> prepare(other.get(), key));
        } catch (RefusedException _) {
            return Optional.empty(); // the first call goes on all the same
        }
    }

    private Optional<Prepared> prepare(Target target, Credential key) {
        return begin(target, key).map(attempt -> prepared(target, key, attempt));
    }

    private Prepared prepared(Target target, Credential key, Attempting attempt) {
        try {
            return new Prepared(target, key, attempt, request(target, key, attempt));
        } catch (RuntimeException e) {
            attempt.neverMade();
            throw e;
        }
    }

    private Outcome conclude(Race.Finish finish) throws InterruptedException {
        return switch (finish) {
            case Race.Returned returned -> conclude(returned.prepared(), returned.result());
            case Race.Threw threw when threw.cause() instanceof WireException e ->
                    inexpressible(threw.prepared(), e);
            case Race.Threw threw -> {
                threw.prepared().attempt().abandoned();
                throw new IllegalStateException("a call failed", threw.cause());
            }
        };
    }

    private Outcome conclude(Prepared prepared, Result result) {
        return switch (result) {
            case Ready ready -> {
                prepared.attempt().ready(ready.recordedMillis());
                yield new Answered(new Router.Found(ready, prepared.attempt()));
            }
            case Result.None _ when exchange.isOver() -> {
                if (exchange.isCallerGone()) {
                    prepared.attempt().callerGone();
                }
                prepared.attempt().abandoned();
                exchange.checkStopped();
                throw new IllegalStateException("it is over for no reason");
            }
            case Result.None none -> {
                blame(prepared.target(), prepared.key(), none.failed());
                prepared.attempt().failed(none.failed());
                yield new Unanswered(prepared.target(), none.failed());
            }
        };
    }

    private Outcome inexpressible(Prepared prepared, WireException e) {
        prepared.attempt().neverMade();
        inexpressible = Optional.of(e);
        return new Skipped();
    }

    /** Empty when the target's own budget is used up and others are left. */
    private Optional<Attempting> begin(Target target, Credential key) {
        try {
            return Optional.of(exchange.books().begin(exchange, target, key));
        } catch (RefusedException e) {
            if (course.hasOtherThan(target)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Opening.Request request(Target target, Credential key, Attempting attempt) {
        Route route = exchange.route();
        Clocks clocks = course.hasOtherThan(target) ? route.clocks() : route.lastClocks();
        Question asked = tie.questionFor(target, key);
        if (asked != exchange.question()) {
            attempt.isStripped();
        }
        return new Opening.Request(
                exchange.id(),
                target,
                asked,
                key,
                exchange.headersFor(attempt),
                clocks.within(exchange.left()),
                holdBack,
                exchange.keep(),
                call -> exchange.underway(call, target.onClientGone()),
                call -> attempt.headed(call::header));
    }

    private Optional<Target> afterFailure(Target target, Failed failed, long start)
            throws InterruptedException {
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        if (failed.silent()) {
            course.giveUp(target);
        }
        Decision decision =
                exchange.plan()
                        .attempts()
                        .after(
                                new AttemptPlan.Failure(
                                        failed.kind(), failed.silent(), took, failed.retryAfter()),
                                course.progress(target, exchange.left()));
        return switch (decision) {
            case Decision.SameTarget same -> {
                exchange.meter().retried();
                tools.sleeper().sleep(same.pause());
                course.rested(target);
                yield Optional.of(target);
            }
            case Decision.NextKey _ -> {
                exchange.meter().retried();
                yield Optional.of(target);
            }
            case Decision.NextTarget _ -> {
                exchange.meter().fellBack();
                yield course.next();
            }
            case Decision.NextModel _ -> {
                exchange.meter().fellBack();
                yield course.nextModel();
            }
            case Decision.AnyTarget any -> {
                exchange.meter().fellBack();
                tools.sleeper().sleep(any.pause());
                Optional<Target> soonest = course.soonest();
                soonest.ifPresent(course::rested);
                yield soonest;
            }
            case Decision.GiveUp _ -> Optional.empty();
        };
    }

    /** Draws the consequences for the key and for the target. */
    private void blame(Target target, Credential key, Failed failed) {
        KeyPool keys = target.upstream().keys();
        if (failed.status() == FORBIDDEN) {
            course.failed(target, key.name());
            target.health().cool(Optional.of(WHILE_FORBIDDEN)); // this model, not the key
            return;
        }
        if (keys.failed(key, failed.kind(), failed.retryAfter())) {
            tools.quotaAlarm().exhausted(target, key, failed);
        }
        switch (failed.kind()) {
            case RATE_LIMITED -> {
                course.limited(target, key.name());
                if (keys.names().size() == 1) {
                    target.health().cool(failed.retryAfter());
                }
            }
            case CREDENTIALS, QUOTA_EXHAUSTED -> course.failed(target, key.name());
            case OVERLOADED ->
                    failed.retryAfter().ifPresent(wait -> target.health().cool(Optional.of(wait)));
            case CALLER_FAULT, CONTENT_POLICY, CONTEXT_LENGTH, TRANSIENT, MODEL_GONE, MALFORMED -> {
                // says nothing about the key
            }
        }
    }

    private Failed noKey(Target target) {
        KeyPool keys = target.upstream().keys();
        Refusal.Kind kind;
        String code;
        if (has(keys, KeyPool.State.COOLING)) {
            kind = Refusal.Kind.RATE_LIMITED;
            code = "all_keys_cooling";
        } else if (has(keys, KeyPool.State.EXHAUSTED)) {
            kind = Refusal.Kind.QUOTA_EXHAUSTED;
            code = "all_keys_exhausted";
        } else {
            kind = Refusal.Kind.CREDENTIALS;
            code = "all_keys_refused";
        }
        return new Failed(
                kind,
                0,
                code,
                "no key of provider %s can be used now".formatted(target.provider()),
                Optional.empty(),
                Optional.empty(),
                Optional.of(course.wait(target)),
                false,
                false);
    }

    private static boolean has(KeyPool keys, KeyPool.State state) {
        return keys.names().stream().anyMatch(name -> keys.state(name) == state);
    }

    /** What the caller is told when nobody has answered. */
    RefusedException failure() {
        return tie.explained(unexplained());
    }

    private RefusedException unexplained() {
        if (!shortfall.isEmpty()) {
            return new RefusedException(
                    shortfall.refusal(exchange.route().name(), exchange.left()));
        }
        return new RefusedException(
                inexpressible
                        .map(
                                e ->
                                        Refusals.badRequest(
                                                e.code(),
                                                e.param(),
                                                String.valueOf(e.getMessage())))
                        .orElseGet(
                                () ->
                                        Refusals.upstream(
                                                502,
                                                Refusal.Kind.TRANSIENT,
                                                "upstream_failed",
                                                "no target of route %s can be asked"
                                                        .formatted(exchange.route().name()))));
    }

    /** Whether every target failed in this way. */
    boolean all(Refusal.Kind kind) {
        return shortfall.all(kind);
    }
}
