package dev.distill.proxy;

import dev.distill.config.ProxyConfig.ClientGone;
import dev.distill.proxy.ledger.Attempt;
import dev.distill.proxy.ledger.RequestRow;
import dev.distill.proxy.money.Permit;
import dev.distill.proxy.money.Quota;
import dev.distill.proxy.money.Who;
import dev.distill.proxy.telemetry.RequestSpan;
import dev.distill.proxy.telemetry.RouteMeter;
import dev.distill.proxy.telemetry.Vocabulary;
import dev.distill.proxy.upstream.Call;
import dev.distill.proxy.wire.Canonical;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One request from its admission to its row in the ledger. One thread works on it; another one may
 * {@link #stop} it.
 */
final class Exchange {
    private final Gateway.Admitted admitted;
    private final Route named;
    private Route route;
    private final Question question;
    private Who who;
    private final Books books;
    private final Tally.Keep keep;
    private final RouteMeter meter;
    private final RequestSpan span;
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Attempt> open = new ArrayList<>();
    private Optional<dev.distill.proxy.sessions.Call> session = Optional.empty();
    private final Map<String, String> quotas = new HashMap<>();
    private Optional<Canonical> canonical = Optional.empty();
    private Set<String> leftOut = Set.of();
    private Optional<String> warning = Optional.empty();
    private int attemptsBegun;
    private long waitedNanos;
    private boolean ended;
    private long firstTokenNanos;
    private final Map<Call, ClientGone> underway = new HashMap<>();
    private @Nullable String stopped;
    private boolean callerGone;

    Exchange(
            Gateway.Admitted admitted,
            Route named,
            Route route,
            Question question,
            Who who,
            Books books,
            Tally.Keep keep,
            RouteMeter meter,
            RequestSpan span) {
        this.admitted = admitted;
        this.named = named;
        this.route = route;
        this.question = question;
        this.who = who;
        this.books = books;
        this.keep = keep;
        this.meter = meter;
        this.span = span;
    }

    String id() {
        return admitted.arrival().id();
    }

    Gateway.Admitted admitted() {
        return admitted;
    }

    Plan plan() {
        return admitted.plan();
    }

    /** The route that the caller has named. */
    Route named() {
        return named;
    }

    /** The route that answers: the one named, or what has taken its place. */
    Route route() {
        return route;
    }

    Question question() {
        return question;
    }

    Caller terms() {
        return admitted.terms();
    }

    Who who() {
        return who;
    }

    Books books() {
        return books;
    }

    /** Whether the text of the answer is kept. */
    Tally.Keep keep() {
        return keep;
    }

    /** Counts it. */
    RouteMeter meter() {
        return meter;
    }

    /** Its span. */
    RequestSpan span() {
        return span;
    }

    /** When it arrived. */
    Instant at() {
        return admitted.at();
    }

    /** Whether its answer must be on the disk before anybody sees it. */
    boolean isDurable() {
        return terms().job().isPresent();
    }

    /** Time until the answer must be whole. */
    Duration left() {
        return route.clocks().total().minusNanos(nanos());
    }

    /** Since it arrived. */
    long nanos() {
        return System.nanoTime() - admitted.arrival().startNanos();
    }

    /** The headers that a provider gets to see. */
    Map<String, String> headersFor(Attempting attempt) {
        Map<String, String> headers = new HashMap<>(admitted.arrival().passedOn());
        headers.putAll(attempt.traceHeaders());
        return headers;
    }

    /** The session that it belongs to. */
    Optional<dev.distill.proxy.sessions.Call> session() {
        return session;
    }

    void belongsTo(dev.distill.proxy.sessions.Call call) {
        session = Optional.of(call);
    }

    /** What its answer is stored under; empty when it is not. */
    Optional<Canonical> canonical() {
        return canonical;
    }

    void isStoredAs(Canonical request) {
        canonical = Optional.of(request);
    }

    /** How the limits per minute stand, as headers. */
    Map<String, String> quotas() {
        return quotas;
    }

    void isWithin(Permit permit) {
        permit.requests().ifPresent(quota -> quota("requests", quota));
        permit.tokens().ifPresent(quota -> quota("tokens", quota));
    }

    private void quota(String what, Quota quota) {
        quotas.put("x-ratelimit-limit-" + what, Long.toString(quota.limit()));
        quotas.put("x-ratelimit-remaining-" + what, Long.toString(quota.remaining()));
        quotas.put("x-ratelimit-reset-" + what, quota.reset().toMillis() + "ms");
    }

    /** It was answered in a dialect, for which some hints had to be left out. */
    void answeredIn(Dialect dialect) {
        leftOut = question.leftOut(dialect, admitted.arrival().passedOn());
    }

    /** The hints that were left out. */
    Set<String> leftOut() {
        return leftOut;
    }

    /** A budget that is nearly used up. */
    Optional<String> warning() {
        return warning;
    }

    void warn(String budget) {
        warning = Optional.of(budget);
    }

    /**
     * It has ended.
     *
     * @param outcome {@link RequestRow#ANSWERED}, or the word for what went wrong
     * @param status that the caller got, or 499
     * @return whether nobody has said so before, so that it still needs its row
     */
    boolean end(String outcome, int status) {
        if (ended) {
            return false;
        }
        ended = true;
        boolean answered = outcome.equals(RequestRow.ANSWERED);
        long attempted = attempts.stream().mapToLong(Attempt::latencyMillis).sum() * 1_000_000;
        meter.ended(answered ? Vocabulary.OK : outcome, nanos(), Math.max(0, nanos() - attempted));
        session.ifPresent(call -> span.session(call.sessionId()));
        span.end(status, answered ? Optional.empty() : Optional.of(outcome));
        return true;
    }

    /**
     * Goes on at another route, with its budgets.
     *
     * @throws RefusedException when the caller may not use it
     */
    void moveTo(Route successor) {
        admitted.checkAllowed(successor.name());
        route = successor;
        who = new Who(who.key(), who.user(), who.team(), successor.name(), who.job());
    }

    /** Whether a job's own limit binds. */
    boolean isLimitedJob() {
        return terms().maxNanoUsd().isPresent();
    }

    /** What its calls have cost; empty when nobody can know. */
    OptionalLong costNanoUsd() {
        long sum = 0;
        for (Attempt attempt : attempts) {
            if (attempt.costNanoUsd().isEmpty()) {
                return OptionalLong.empty();
            }
            sum += attempt.costNanoUsd().getAsLong();
        }
        return OptionalLong.of(sum);
    }

    /**
     * What is known of its cost: the worst case of a call that failed says nothing of a session.
     */
    long knownNanoUsd() {
        return attempts.stream().mapToLong(attempt -> attempt.costNanoUsd().orElse(0)).sum();
    }

    /** Tokens of all its calls. */
    long tokens() {
        return attempts.stream()
                .flatMap(attempt -> attempt.usage().stream())
                .mapToLong(usage -> usage.input() + usage.output())
                .sum();
    }

    /**
     * One more attempt begins.
     *
     * @param lost what stays of it if nothing more is heard
     * @return all attempts so far as they stand
     */
    List<Attempt> attempting(Attempt lost) {
        attemptsBegun++;
        open.add(lost);
        List<Attempt> all = new ArrayList<>(attempts);
        all.addAll(open);
        return all;
    }

    /** Attempts so far, those under way included. */
    int attemptsBegun() {
        return attemptsBegun;
    }

    /** How many targets were begun to be asked beside one. */
    int fallbacks() {
        if (attemptsBegun < 2) {
            return 0;
        }
        return (int)
                        Stream.concat(attempts.stream(), open.stream())
                                .map(attempt -> attempt.provider() + "/" + attempt.model())
                                .distinct()
                                .count()
                - 1;
    }

    /** A call to a provider has taken so long. */
    void waited(long nanos) {
        waitedNanos += nanos;
    }

    /**
     * The time so far that no call to a provider took.
     *
     * @param waiting what the call under way has taken
     */
    long overheadNanos(long waiting) {
        return Math.max(0, nanos() - waitedNanos - waiting);
    }

    /** An attempt is over. */
    void add(Attempt attempt) {
        attempts.add(attempt);
        open.removeIf(
                lost ->
                        lost.at().equals(attempt.at())
                                && lost.provider().equals(attempt.provider())
                                && lost.model().equals(attempt.model()));
    }

    /** The attempts so far. */
    List<Attempt> attempts() {
        return attempts;
    }

    /** The caller gets the first token. */
    void firstToken() {
        if (firstTokenNanos == 0) {
            firstTokenNanos = nanos();
            meter.firstToken(firstTokenNanos);
            span.firstChunk(firstTokenNanos);
        }
    }

    /** When the caller got the first token of a stream, from its arrival; 0 without one. */
    long firstTokenNanos() {
        return firstTokenNanos;
    }

    /**
     * A call that is being made, which a stop ends.
     *
     * @param onClientGone what happens to it when the caller has gone
     */
    synchronized void underway(Call call, ClientGone onClientGone) {
        underway.put(call, onClientGone);
        if (stopped != null || (callerGone && onClientGone == ClientGone.CANCEL)) {
            call.close();
        }
    }

    /** Ends it, its stream included. */
    synchronized void stop(String why) {
        stopped = why;
        underway.keySet().forEach(Call::close);
    }

    /** Its caller has gone: what is being asked need not be answered. */
    synchronized void callerHasGone() {
        callerGone = true;
        underway.forEach(
                (call, onClientGone) -> {
                    if (onClientGone == ClientGone.CANCEL) {
                        call.close();
                    }
                });
    }

    /** Whether its caller is known to have gone. */
    synchronized boolean isCallerGone() {
        return callerGone;
    }

    /** Whether it was ended by us or by its caller, rather than by a provider. */
    synchronized boolean isOver() {
        return callerGone || stopped != null;
    }

    /** Why it was stopped. */
    synchronized Optional<Refusal> stopped() {
        return Optional.ofNullable(stopped)
                .map(why -> Refusals.tooMany("session_stopped", why, Optional.empty()));
    }

    /**
     * Goes no further once it was stopped.
     *
     * @throws RefusedException when it was, or nobody wants to know any more
     */
    void checkStopped() {
        if (isCallerGone()) {
            throw new RefusedException(Refusals.callerGone());
        }
        stopped()
                .ifPresent(
                        refusal -> {
                            throw new RefusedException(refusal);
                        });
    }
}
