package dev.distill.proxy;

import dev.distill.proxy.Opening.HoldBack;
import dev.distill.proxy.Opening.Ready;
import dev.distill.proxy.Opening.Result;
import dev.distill.proxy.routing.AttemptPlan;
import dev.distill.proxy.routing.AttemptPlan.Decision;
import dev.distill.proxy.routing.Balancer;
import dev.distill.proxy.routing.TargetHealth;
import dev.distill.proxy.upstream.Clocks;
import dev.distill.proxy.upstream.Credential;
import dev.distill.proxy.upstream.KeyPool;
import dev.distill.proxy.upstream.Sleeper;
import dev.distill.proxy.wire.Refusal;
import dev.distill.proxy.wire.WireException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Asks the targets of a route until one has an answer that can be handed on. Until then whatever
 * goes wrong moves on unseen; every call is booked, whatever comes of it.
 */
final class Router {
    private final AttemptPlan plan;
    private final Balancer balancer;
    private final Opening opening;
    private final Sleeper sleeper;

    Router(AttemptPlan plan, Balancer balancer, Opening opening, Sleeper sleeper) {
        this.plan = plan;
        this.balancer = balancer;
        this.opening = opening;
        this.sleeper = sleeper;
    }

    /** An answer and the attempt that brought it; the attempt is still open. */
    record Found(Ready ready, Attempting attempt) {}

    /** The last failure of a target and how many times it was asked. */
    private record Tried(Target target, Failed failed, int times) {
        @Override
        public String toString() {
            return "%s: %s after %d attempt%s"
                    .formatted(target, failed.summary(), times, times == 1 ? "" : "s");
        }
    }

    /**
     * Asks until there is an answer.
     *
     * @throws RefusedException when nobody answers, or somebody says that nobody should
     */
    Found ask(Exchange exchange, HoldBack holdBack) throws InterruptedException {
        Optional<Route> successor = exchange.plan().successor(exchange.route());
        if (successor.isEmpty() || !isGone(exchange.route())) {
            Asking asking = new Asking(exchange, holdBack);
            Optional<Found> found = asking.run();
            if (found.isPresent()) {
                return found.get();
            }
            if (successor.isEmpty() || !asking.all(Refusal.Kind.MODEL_GONE)) {
                throw asking.failure();
            }
        }
        exchange.moveTo(successor.get());
        Asking atSuccessor = new Asking(exchange, holdBack);
        return atSuccessor.run().orElseThrow(atSuccessor::failure);
    }

    /** Whether all models of a route are known to have gone away. */
    private static boolean isGone(Route route) {
        return route.targets().stream()
                .allMatch(target -> target.health().state() == TargetHealth.State.GONE);
    }

    /** One request on its way through the targets. */
    private final class Asking {
        private final Exchange exchange;
        private final HoldBack holdBack;
        private final Course course;
        private final List<Tried> tried = new ArrayList<>();
        private Optional<WireException> inexpressible = Optional.empty();

        Asking(Exchange exchange, HoldBack holdBack) {
            this.exchange = exchange;
            this.holdBack = holdBack;
            this.course =
                    new Course(
                            exchange.route(),
                            balancer,
                            this::canAnswer,
                            target -> exchange.books().isPrepaid(target, exchange.at()));
        }

        private boolean canAnswer(Target target) {
            try {
                target.dialectFor(exchange.question());
                return true;
            } catch (WireException e) {
                inexpressible = Optional.of(e);
                return false;
            }
        }

        Optional<Found> run() throws InterruptedException {
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
                    case Unanswered unanswered ->
                            next = afterFailure(unanswered.target(), unanswered.failed(), start);
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
            if (exchange.route().targets().size() > 1 || isRateLimited(soonest)) {
                if (wait.compareTo(exchange.plan().config().retry().longestWait()) > 0
                        || wait.compareTo(exchange.left()) >= 0) {
                    throw resting(wait);
                }
                sleeper.sleep(wait);
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
            String message =
                    "every target of route %s is resting after failures or at its rate limit"
                            .formatted(exchange.route().name());
            return new RefusedException(Refusals.later("all_targets_unavailable", message, wait));
        }

        /** What came of an attempt. */
        private sealed interface Outcome {}

        private record Answered(Found found) implements Outcome {}

        private record Unanswered(Target target, Failed failed) implements Outcome {}

        private record Skipped() implements Outcome {}

        private Outcome attempt(Target target) throws InterruptedException {
            course.trying(target);
            KeyPool keys = target.upstream().keys();
            Optional<Credential> key = keys.take(course.failedKeys(target));
            if (key.isEmpty()) {
                return new Unanswered(target, noKey(target));
            }
            Optional<Attempting> attempt = begin(target, key.get());
            if (attempt.isEmpty()) {
                return new Skipped();
            }
            try {
                Result result = opening.open(request(target, key.get()));
                return switch (result) {
                    case Ready ready -> {
                        attempt.get().ready(ready.recordedMillis());
                        yield new Answered(new Found(ready, attempt.get()));
                    }
                    case Result.None none -> {
                        blame(target, key.get(), none.failed());
                        attempt.get().failed(none.failed());
                        yield new Unanswered(target, none.failed());
                    }
                };
            } catch (WireException e) {
                attempt.get().neverMade();
                inexpressible = Optional.of(e);
                return new Skipped();
            } catch (InterruptedException | RuntimeException e) {
                attempt.get().abandoned();
                throw e;
            }
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

        private Opening.Request request(Target target, Credential key) {
            Clocks clocks = exchange.route().clocks();
            return new Opening.Request(
                    target,
                    exchange.question(),
                    key,
                    exchange.headers(),
                    (course.hasOtherThan(target) ? clocks : clocks.patient())
                            .within(exchange.left()),
                    holdBack,
                    exchange.keep(),
                    exchange::underway);
        }

        private Optional<Target> afterFailure(Target target, Failed failed, long start)
                throws InterruptedException {
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            note(target, failed);
            if (failed.silent()) {
                course.giveUp(target);
            }
            Decision decision =
                    plan.after(
                            new AttemptPlan.Failure(
                                    failed.kind(), failed.silent(), took, failed.retryAfter()),
                            course.progress(target, exchange.left()));
            return switch (decision) {
                case Decision.SameTarget same -> {
                    sleeper.sleep(same.pause());
                    course.rested(target);
                    yield Optional.of(target);
                }
                case Decision.NextKey _ -> Optional.of(target);
                case Decision.NextTarget _ -> course.next();
                case Decision.NextModel _ -> course.nextModel();
                case Decision.AnyTarget any -> {
                    sleeper.sleep(any.pause());
                    Optional<Target> soonest = course.soonest();
                    soonest.ifPresent(course::rested);
                    yield soonest;
                }
                case Decision.GiveUp _ -> Optional.empty();
            };
        }

        private void note(Target target, Failed failed) {
            int times = 1;
            for (Tried before : List.copyOf(tried)) {
                if (before.target().equals(target)) {
                    times = before.times() + 1;
                    tried.remove(before);
                }
            }
            tried.add(new Tried(target, failed, times));
        }

        /** Draws the consequences for the key and for the target. */
        private void blame(Target target, Credential key, Failed failed) {
            KeyPool keys = target.upstream().keys();
            keys.failed(key, failed.kind(), failed.retryAfter());
            switch (failed.kind()) {
                case RATE_LIMITED -> {
                    course.limited(target, key.name());
                    if (keys.names().size() == 1) {
                        target.health().cool(failed.retryAfter());
                    }
                }
                case CREDENTIALS, QUOTA_EXHAUSTED -> course.failed(target, key.name());
                case CALLER_FAULT,
                        CONTENT_POLICY,
                        CONTEXT_LENGTH,
                        OVERLOADED,
                        TRANSIENT,
                        MODEL_GONE,
                        MALFORMED -> {
                    // says nothing about the key
                }
            }
        }

        private static Failed noKey(Target target) {
            KeyPool keys = target.upstream().keys();
            boolean cooling =
                    keys.names().stream().anyMatch(k -> keys.state(k) == KeyPool.State.COOLING);
            return new Failed(
                    cooling ? Refusal.Kind.RATE_LIMITED : Refusal.Kind.CREDENTIALS,
                    0,
                    cooling ? "all_keys_cooling" : "all_keys_refused",
                    "no key of provider %s can be used now".formatted(target.provider()),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(keys.wait(Set.of())),
                    false,
                    false);
        }

        private RefusedException failure() {
            if (tried.isEmpty()) {
                return new RefusedException(
                        inexpressible
                                .map(
                                        e ->
                                                Refusals.badRequest(
                                                        "unsupported_parameter",
                                                        e.param(),
                                                        String.valueOf(e.getMessage())))
                                .orElseGet(
                                        () ->
                                                Refusals.upstream(
                                                        502,
                                                        Refusal.Kind.TRANSIENT,
                                                        "upstream_failed",
                                                        "no target of route %s can be asked"
                                                                .formatted(
                                                                        exchange.route().name()))));
            }
            Failed last = tried.getLast().failed();
            return switch (last.kind()) {
                case CALLER_FAULT, CONTENT_POLICY, CONTEXT_LENGTH ->
                        new RefusedException(last.refusal().orElseGet(() -> asRefusal(last)));
                default -> new RefusedException(exhausted());
            };
        }

        private static Refusal asRefusal(Failed failed) {
            return Refusals.badRequest(failed.code(), "body", failed.message());
        }

        private Refusal exhausted() {
            StringBuilder message =
                    new StringBuilder("no target of route ")
                            .append(exchange.route().name())
                            .append(" answered");
            tried.forEach(t -> message.append("; ").append(t));
            if (all(Refusal.Kind.CREDENTIALS)) {
                return Refusals.upstream(
                        502,
                        Refusal.Kind.CREDENTIALS,
                        "upstream_credentials_exhausted",
                        message.toString());
            }
            if (all(Refusal.Kind.RATE_LIMITED)) {
                Duration soonest =
                        tried.stream()
                                .flatMap(t -> t.failed().retryAfter().stream())
                                .min(Duration::compareTo)
                                .orElse(Duration.ofSeconds(1));
                return Refusals.tooMany(
                        "upstream_rate_limited", message.toString(), Optional.of(soonest));
            }
            if (!exchange.left().isPositive()) {
                return Refusals.upstream(
                        504, Refusal.Kind.TRANSIENT, "deadline_exceeded", message.toString());
            }
            return Refusals.upstream(
                    502, Refusal.Kind.TRANSIENT, "upstream_failed", message.toString());
        }

        private boolean all(Refusal.Kind kind) {
            return !tried.isEmpty() && tried.stream().allMatch(t -> t.failed().kind() == kind);
        }
    }
}
