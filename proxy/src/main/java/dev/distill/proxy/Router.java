package dev.distill.proxy;

import dev.distill.proxy.routing.Backoff;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.upstream.Outcome.Answer;
import dev.distill.proxy.upstream.Outcome.Failure;
import dev.distill.proxy.wire.Refusal.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Asks the targets of a route in order until one answers. Every call is paid from the job's
 * account: its worst case is reserved before and what it cost is settled after, whatever happens.
 */
final class Router {
    private static final Duration MOST_ASKED = Duration.ofSeconds(30);

    private final int attempts;
    private final Budgets budgets;
    private final Surroundings surroundings;
    private final Backoff backoff;

    /**
     * @param attempts calls to one target before the next one is tried
     */
    Router(int attempts, Budgets budgets, Surroundings surroundings) {
        this.attempts = attempts;
        this.budgets = budgets;
        this.surroundings = surroundings;
        this.backoff = new Backoff(surroundings.random());
    }

    /** Whoever asks to wait for long is passed over. */
    private Optional<Duration> pause(int times, Failure failure) {
        Duration pause = failure.retryAfter().orElseGet(() -> backoff.after(times));
        return Optional.of(pause).filter(p -> p.compareTo(MOST_ASKED) <= 0);
    }

    private static boolean retryable(Kind kind) {
        return switch (kind) {
            case RATE_LIMITED, OVERLOADED, TRANSIENT, MALFORMED -> true;
            case CALLER_FAULT,
                    CONTENT_POLICY,
                    CONTEXT_LENGTH,
                    CREDENTIALS,
                    QUOTA_EXHAUSTED,
                    MODEL_GONE ->
                    false;
        };
    }

    /** The last failure of a target and how many times it was asked. */
    private record Tried(Route.Target target, Failure failure, int times) {
        @Override
        public String toString() {
            String status = failure.status() == 0 ? failure.code() : "status " + failure.status();
            return "%s/%s: %s (%s) after %d attempt%s"
                    .formatted(
                            target.providerName(),
                            target.model(),
                            failure.kind().word(),
                            status,
                            times,
                            times == 1 ? "" : "s");
        }
    }

    /**
     * Asks until there is an answer.
     *
     * @param log gets every attempt, also when this ends with an exception
     * @throws ApiException when the request is refused or nobody answers
     */
    StoredAnswer ask(Route route, ChatRequest request, Caller caller, List<Attempt> log)
            throws InterruptedException {
        checkBounded(route, request, caller);
        List<Tried> tried = new ArrayList<>();
        for (Route.Target target : route.targets()) {
            for (int times = 1; ; times++) {
                switch (call(target, request, caller, log)) {
                    case Answer answer -> {
                        return stored(target, request, caller, answer, log.getLast());
                    }
                    case Failure failure -> {
                        if (failure.kind() == Kind.CALLER_FAULT) {
                            throw new ApiException(ApiError.fromProvider(failure));
                        }
                        Optional<Duration> pause =
                                retryable(failure.kind()) && times < attempts
                                        ? pause(times, failure)
                                        : Optional.empty();
                        if (pause.isPresent()) {
                            surroundings.sleeper().sleep(pause.get());
                            continue;
                        }
                        tried.add(new Tried(target, failure, times));
                    }
                }
                break;
            }
        }
        throw new ApiException(exhausted(route, tried));
    }

    /** With a limit, a call must have a worst case. */
    private static void checkBounded(Route route, ChatRequest request, Caller caller) {
        if (caller.maxNanoUsd().isEmpty()) {
            return;
        }
        route.unpriced().stream()
                .findFirst()
                .ifPresent(
                        model -> {
                            throw refusal(
                                    ApiError.PRICE_UNKNOWN,
                                    "%s is set, but model %s has no price; set prices.%s in the proxy file"
                                            .formatted(Headers.MAX_USD, model, model));
                        });
        if (request.outputTokensAtMost().isEmpty()) {
            throw refusal(
                    ApiError.MAX_TOKENS_REQUIRED,
                    Headers.MAX_USD + " is set, but the answer has no limit; set max_tokens");
        }
    }

    private static ApiException refusal(String code, String message) {
        return new ApiException(ApiError.badRequest(code, Headers.MAX_USD, message));
    }

    private Outcome call(Route.Target target, ChatRequest request, Caller caller, List<Attempt> log)
            throws InterruptedException {
        long worst = worst(target, request);
        Instant at = surroundings.clock().instant();
        if (caller.job().isEmpty()) {
            Outcome outcome = target.provider().complete(target.model(), request.body());
            log.add(Bookkeeping.attempt(at, target, request, caller, outcome, worst));
            return outcome;
        }
        Budgets.Account account = budgets.account(caller.job().get());
        try (Budgets.Reservation reservation = account.reserve(worst, caller.maxNanoUsd())) {
            Outcome outcome = target.provider().complete(target.model(), request.body());
            Attempt attempt = Bookkeeping.attempt(at, target, request, caller, outcome, worst);
            log.add(attempt);
            reservation.settle(attempt.chargedNanoUsd());
            return outcome;
        }
    }

    /** The most that a call can cost as far as anybody knows. */
    private static long worst(Route.Target target, ChatRequest request) {
        return target.price()
                .map(
                        price ->
                                Cost.atMost(
                                        price,
                                        request.inputTokensAtMost(),
                                        request.outputTokensAtMost().orElse(0)))
                .orElse(0L);
    }

    private static StoredAnswer stored(
            Route.Target target,
            ChatRequest request,
            Caller caller,
            Answer answer,
            Attempt attempt) {
        return new StoredAnswer(
                target.key(request, caller.sample()),
                target.providerName(),
                target.model(),
                answer.model(),
                answer.status(),
                answer.body(),
                answer.latencyMillis(),
                attempt.usage(),
                attempt.costNanoUsd(),
                answer.simulated(),
                attempt.at());
    }

    private static ApiError exhausted(Route route, List<Tried> tried) {
        StringBuilder message =
                new StringBuilder("no target of route " + route.name() + " answered");
        tried.forEach(t -> message.append("; ").append(t));
        if (all(tried, Kind.CREDENTIALS)) {
            return ApiError.of(
                    502, "server_error", "upstream_credentials_exhausted", message.toString());
        }
        if (all(tried, Kind.RATE_LIMITED)) {
            Duration soonest =
                    tried.stream()
                            .flatMap(t -> t.failure().retryAfter().stream())
                            .min(Comparator.naturalOrder())
                            .orElse(Duration.ofSeconds(1));
            return ApiError.later(503, "upstream_rate_limited", message.toString(), soonest);
        }
        return ApiError.of(502, "server_error", "upstream_failed", message.toString());
    }

    private static boolean all(List<Tried> tried, Kind kind) {
        return tried.stream().allMatch(t -> t.failure().kind() == kind);
    }
}
