package dev.distill.proxy;

import dev.distill.config.Suggestion;
import dev.distill.config.UserError;
import dev.distill.files.Digest;
import dev.distill.proxy.ledger.Attempt;
import dev.distill.proxy.ledger.RequestRow;
import dev.distill.proxy.ledger.Served;
import dev.distill.proxy.ledger.StoreReader;
import dev.distill.proxy.ledger.StoreWriter;
import dev.distill.proxy.ledger.StoredAnswer;
import dev.distill.proxy.ledger.Who;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Answers chat completion requests: from the store when it can, else from a provider, and then only
 * after the answer is on the disk.
 */
final class Gateway {
    private static final int MOST_NAMED = 100;

    private final Routes routes;
    private final StoreReader reader;
    private final StoreWriter writer;
    private final Router router;
    private final Surroundings surroundings;
    private final Flights<List<Digest>, Found> flights = new Flights<>();

    Gateway(
            Routes routes,
            StoreReader reader,
            StoreWriter writer,
            Router router,
            Surroundings surroundings) {
        this.routes = routes;
        this.reader = reader;
        this.writer = writer;
        this.router = router;
        this.surroundings = surroundings;
    }

    /** An answer with where it came from and what this request paid for it. */
    private record Found(StoredAnswer answer, String store, OptionalLong costNanoUsd) {
        static Found stored(StoredAnswer answer) {
            return new Found(answer, Headers.HIT, OptionalLong.of(0));
        }
    }

    /** One request on its way. */
    private record Asked(
            String id,
            Route route,
            ChatRequest request,
            Caller caller,
            Instant at,
            long startNanos) {}

    /**
     * Answers a request.
     *
     * @throws ApiException when it is refused or nobody answers
     * @throws UserError when the store cannot be read or written
     */
    Reply chat(String requestId, ChatRequest request, Caller caller) throws InterruptedException {
        Asked asked =
                new Asked(
                        requestId,
                        route(request.route()),
                        request,
                        caller,
                        surroundings.clock().instant(),
                        System.nanoTime());
        return switch (caller.storeUse()) {
            case OFF -> reply(ask(asked, Headers.OFF));
            case ON -> shared(asked);
        };
    }

    private Route route(String name) {
        return routes.find(name)
                .orElseThrow(
                        () ->
                                new ApiException(
                                        new ApiError(
                                                404,
                                                "invalid_request_error",
                                                "model_not_found",
                                                noSuchRoute(brief(name)),
                                                Optional.of("model"),
                                                Optional.empty())));
    }

    private String noSuchRoute(String name) {
        return "there is no route " + name + "; " + Suggestion.hint(name, routes.names());
    }

    /** Keeps a name that can be as long as a request out of messages and comparisons. */
    private static String brief(String name) {
        return name.substring(0, Math.min(name.length(), MOST_NAMED));
    }

    private Reply shared(Asked asked) throws InterruptedException {
        List<Digest> keys = asked.route().keys(asked.request(), asked.caller().sample());
        Flights.Landed<Found> landed = flights.join(keys, () -> findOrAsk(asked, keys));
        if (landed.seat() == Flights.Seat.PILOT) {
            return reply(landed.result());
        }
        Found found = Found.stored(landed.result().answer());
        writer.enqueue(row(asked, found));
        return reply(found);
    }

    private Found findOrAsk(Asked asked, List<Digest> keys) throws InterruptedException {
        Optional<StoredAnswer> stored =
                keys.stream().map(reader::find).flatMap(Optional::stream).findFirst();
        if (stored.isEmpty()) {
            return ask(asked, Headers.MISS);
        }
        Found found = Found.stored(stored.get());
        writer.enqueue(row(asked, found));
        return found;
    }

    /** Asks the targets and books it; waits for the disk when the answer goes to the store. */
    private Found ask(Asked asked, String store) throws InterruptedException {
        List<Attempt> attempts = new ArrayList<>();
        String outcome = "internal_error";
        int status = 500;
        Optional<StoredAnswer> answer = Optional.empty();
        try {
            answer =
                    Optional.of(
                            router.ask(asked.route(), asked.request(), asked.caller(), attempts));
            outcome = "answered";
            status = answer.get().status();
        } catch (ApiException e) {
            outcome = e.error().code();
            status = e.error().status();
            throw e;
        } finally {
            RequestRow row =
                    new RequestRow(
                            asked.at(),
                            asked.id(),
                            Who.job(asked.caller().job()),
                            asked.route().name(),
                            "openai",
                            false,
                            outcome,
                            status,
                            millisSince(asked.startNanos()),
                            OptionalLong.empty(),
                            answer.map(Served::of),
                            store,
                            attempts);
            if (answer.isPresent() && store.equals(Headers.MISS)) {
                writer.commit(row);
            } else {
                writer.enqueue(row);
            }
        }
        return new Found(answer.get(), store, cost(attempts));
    }

    private static RequestRow row(Asked asked, Found found) {
        return new RequestRow(
                asked.at(),
                asked.id(),
                Who.job(asked.caller().job()),
                asked.route().name(),
                "openai",
                false,
                "answered",
                found.answer().status(),
                millisSince(asked.startNanos()),
                OptionalLong.empty(),
                Optional.of(Served.of(found.answer())),
                found.store(),
                List.of());
    }

    private static OptionalLong cost(List<Attempt> attempts) {
        return attempts.stream().allMatch(attempt -> attempt.costNanoUsd().isPresent())
                ? OptionalLong.of(
                        attempts.stream().mapToLong(a -> a.costNanoUsd().getAsLong()).sum())
                : OptionalLong.empty();
    }

    private static long millisSince(long startNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    private static Reply reply(Found found) {
        StoredAnswer answer = found.answer();
        return Reply.of(answer.status(), answer.body())
                .with(Headers.REQUEST_KEY, answer.key().hex())
                .with(Headers.PROVIDER, answer.provider())
                .with(Headers.MODEL, answer.answeredBy())
                .with(Headers.COST_USD, Cost.usd(found.costNanoUsd()))
                .with(Headers.ANSWER_COST_USD, Cost.usd(answer.costNanoUsd()))
                .with(Headers.LATENCY_MILLIS, Long.toString(answer.latencyMillis()))
                .with(Headers.ASKED_AT, answer.askedAt().truncatedTo(ChronoUnit.MILLIS).toString())
                .with(Headers.STORE, found.store())
                .with(Headers.SIMULATED, Boolean.toString(answer.simulated()));
    }
}
