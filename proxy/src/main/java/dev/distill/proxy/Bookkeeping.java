package dev.distill.proxy;

import dev.distill.files.Json;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.upstream.Outcome.Answer;
import dev.distill.proxy.upstream.Outcome.Failure;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** Turns what came of a call into its row in the ledger and its content in the store. */
final class Bookkeeping {
    private Bookkeeping() {}

    /**
     * The row of a call.
     *
     * @param worst what it counts as when nobody can know what it cost
     */
    static Attempt attempt(
            Instant at,
            Route.Target target,
            ChatRequest request,
            Caller caller,
            Outcome outcome,
            long worst) {
        boolean stored = caller.storeUse() == Caller.StoreUse.ON;
        return switch (outcome) {
            case Answer answer -> {
                Verdict verdict = Verdict.of(answer.completion());
                Optional<Usage> usage = Usage.of(answer.completion().path("usage"));
                OptionalLong cost = cost(target, usage);
                yield new Attempt(
                        at,
                        target.providerName(),
                        target.model(),
                        verdict.word(),
                        answer.status(),
                        answer.latencyMillis(),
                        usage,
                        cost,
                        cost.orElse(worst),
                        answer.simulated(),
                        Optional.of(
                                        content(
                                                target,
                                                request,
                                                caller,
                                                answer.body(),
                                                answer.model(),
                                                verdict))
                                .filter(_ -> stored));
            }
            case Failure failure -> {
                OptionalLong cost =
                        failure.possiblyBilled() ? OptionalLong.empty() : OptionalLong.of(0);
                yield new Attempt(
                        at,
                        target.providerName(),
                        target.model(),
                        failure.kind().word(),
                        failure.status(),
                        failure.latencyMillis(),
                        Optional.empty(),
                        cost,
                        cost.orElse(worst),
                        false,
                        failure.body()
                                .filter(_ -> stored)
                                .map(
                                        body ->
                                                content(
                                                        target,
                                                        request,
                                                        caller,
                                                        body,
                                                        target.model(),
                                                        Verdict.UNFINISHED)));
            }
        };
    }

    private static OptionalLong cost(Route.Target target, Optional<Usage> usage) {
        return target.price().isPresent() && usage.isPresent()
                ? OptionalLong.of(Cost.of(target.price().get(), usage.get()))
                : OptionalLong.empty();
    }

    private static Attempt.Content content(
            Route.Target target,
            ChatRequest request,
            Caller caller,
            String body,
            String answeredBy,
            Verdict verdict) {
        return new Attempt.Content(
                target.key(request, caller.sample()),
                Json.line(request.canonical()),
                body,
                answeredBy,
                verdict == Verdict.GOOD);
    }
}
