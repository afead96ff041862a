package dev.distill.proxy.sessions;

import dev.distill.config.ProxyConfig.Runaway;
import dev.distill.config.ProxyConfig.Rung;
import dev.distill.proxy.sessions.SessionView.State;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is measured of one session, or of all calls of a key, and where it stands on the ladder. A
 * step on the ladder is returned rather than acted upon, so that nothing slow happens under its
 * lock. Safe for use by many threads.
 */
final class Session {
    /** How often a rung can be doubled. */
    private static final int MOST_RAISES = 20;

    /** One that is younger, and has cost less than a cent, may be forgotten in a restart. */
    private static final Duration WORTH_KEEPING = Duration.ofMinutes(1);

    /** How long a key that calmed down by itself stays pinged, when nothing else is to follow. */
    private static final Duration CALM = Duration.ofHours(1);

    /** A key lives for years: its repetitions are counted by the hour. */
    private static final long COUNTED_SECONDS = 3600;

    private static final long WORTH_NANO_USD = 10_000_000;

    private final SessionKey key;
    private final Owner owner;
    private final Optional<String> name;
    private final Instant started;
    private final Set<Call> calls = new HashSet<>();
    private @Nullable Pace pace;
    private @Nullable Repetition repetition;
    private long firstCall;
    private boolean stepped;
    private Instant lastUsed;
    private long requests;
    private long spentNanoUsd;
    private int pingRaises;
    private int stopRaises;
    private int acknowledged;
    private State state = State.RUNNING;
    private Instant pinged = Instant.MAX;
    private Optional<String> reason = Optional.empty();

    /** What has just happened to a session; {@code stopped} are the calls to be ended. */
    record Step(State state, SessionView view, List<Call> stopped) {}

    Session(SessionKey key, Owner owner, Optional<String> name, Instant started) {
        this.key = key;
        this.owner = owner;
        this.name = name;
        this.started = started;
        this.lastUsed = started;
    }

    String id() {
        return key.id(started);
    }

    SessionKey key() {
        return key;
    }

    synchronized long spentNanoUsd() {
        return spentNanoUsd;
    }

    /** Counts a call that wants to be made, and says what that leads to. */
    synchronized Optional<Step> ask(long fingerprint, Runaway rules, Instant now) {
        used(now);
        if (state == State.STOPPED) {
            return Optional.empty();
        }
        repeated(fingerprint);
        return climb(rules, now);
    }

    /** Whether the step that it makes is its first; only once. */
    synchronized boolean isFirstStep() {
        boolean first = !stepped;
        stepped = true;
        return first;
    }

    /** Lets a call in; false when the session is stopped. */
    synchronized boolean enter(Call call, Instant now) {
        used(now);
        if (state == State.STOPPED) {
            return false;
        }
        requests++;
        calls.add(call);
        return true;
    }

    synchronized Optional<Step> leave(Call call, long costNanoUsd, Runaway rules, Instant now) {
        calls.remove(call);
        used(now);
        spentNanoUsd += costNanoUsd;
        if (costNanoUsd > 0) {
            if (pace == null) {
                pace = new Pace();
            }
            pace.add(now.getEpochSecond(), costNanoUsd);
        }
        return climb(rules, now);
    }

    /** Looks at the rungs; time alone reaches some of them. */
    synchronized Optional<Step> climb(Runaway rules, Instant now) {
        if (state == State.STOPPED) {
            return Optional.empty();
        }
        Ladder.Measures measures = measures(now);
        Optional<String> stop =
                Ladder.reached(stop(rules), 1L << stopRaises, measures)
                        .or(() -> unacknowledged(rules, now));
        if (stop.isPresent()) {
            return Optional.of(stopped(stop.get(), now));
        }
        Optional<String> ping = Ladder.reached(ping(rules), 1L << pingRaises, measures);
        if (state == State.RUNNING && ping.isPresent()) {
            state = State.PINGED;
            pinged = now;
            reason = ping;
            return Optional.of(new Step(state, view(now), List.of()));
        }
        if (ping.isEmpty() && isCalm(rules, now)) {
            run();
            reason = Optional.empty();
        }
        return Optional.empty();
    }

    /** A key that nobody answered for is pinged again another day, not never again. */
    private boolean isCalm(Runaway rules, Instant now) {
        return key.ofKey()
                && state == State.PINGED
                && mostUnacknowledged(rules).isEmpty()
                && Duration.between(pinged, now).compareTo(CALM) >= 0;
    }

    private void run() {
        state = State.RUNNING;
        pinged = Instant.MAX;
    }

    /** Somebody knows: the rung that pings is doubled until it is out of reach again. */
    synchronized boolean acknowledge(Runaway rules, Instant now) {
        if (state != State.PINGED) {
            return false;
        }
        acknowledged++;
        pingRaises = raised(ping(rules), pingRaises, now);
        run();
        return true;
    }

    /** Stops it, unless it is stopped already. */
    synchronized Optional<Step> stop(String why, Instant now) {
        return state == State.STOPPED ? Optional.empty() : Optional.of(stopped(why, now));
    }

    /** Lets it go on: the rungs that it has reached are doubled until they are out of reach. */
    synchronized boolean resume(Runaway rules, Instant now) {
        if (state != State.STOPPED) {
            return false;
        }
        Ladder.Measures measures = measures(now);
        if (Ladder.reached(stop(rules), 1L << stopRaises, measures).isPresent()) {
            stopRaises = raised(stop(rules), stopRaises, now);
        }
        if (Ladder.reached(ping(rules), 1L << pingRaises, measures).isPresent()) {
            pingRaises = raised(ping(rules), pingRaises, now);
        }
        run();
        reason = Optional.empty();
        return true;
    }

    synchronized boolean isStopped() {
        return state == State.STOPPED;
    }

    synchronized boolean unusedFor(Duration time, Instant now) {
        return calls.isEmpty() && Duration.between(lastUsed, now).compareTo(time) > 0;
    }

    synchronized SessionView view(Instant now) {
        Ladder.Measures measures = measures(now);
        return new SessionView(
                id(),
                owner,
                name,
                state,
                started,
                lastUsed,
                measures.age(),
                requests,
                calls.size(),
                spentNanoUsd,
                measures.nanoUsdPerMinute(),
                measures.sameCall(),
                acknowledged,
                reason);
    }

    /**
     * What must survive a restart; empty for one that is too young and too cheap to be missed.
     *
     * <p>A call under way is a sign of life up to now.
     */
    synchronized Optional<Saved> saved(Instant now) {
        Ladder.Measures measures = measures(now);
        boolean missed =
                isOnLadder()
                        || measures.age().compareTo(WORTH_KEEPING) >= 0
                        || spentNanoUsd >= WORTH_NANO_USD;
        return missed
                ? Optional.of(
                        new Saved(
                                key.text(),
                                owner,
                                name,
                                state,
                                started,
                                started.plus(measures.age()),
                                requests,
                                spentNanoUsd,
                                pingRaises,
                                stopRaises,
                                acknowledged,
                                pinged,
                                reason,
                                pace == null ? List.of() : pace.saved(),
                                measures.sameCall(),
                                measures.sameCall() > 1 && repetition != null
                                        ? repetition.counts()
                                        : Map.of()))
                : Optional.empty();
    }

    /** Whether anything was ever said about it. */
    private boolean isOnLadder() {
        return state != State.RUNNING || pingRaises > 0 || stopRaises > 0;
    }

    static Session of(Saved saved) {
        Session session =
                new Session(
                        SessionKey.parse(saved.key()),
                        saved.owner(),
                        saved.name(),
                        saved.started());
        session.state = saved.state();
        session.lastUsed = saved.lastUsed();
        session.requests = saved.requests();
        session.spentNanoUsd = saved.spentNanoUsd();
        session.pingRaises = Math.clamp(saved.pingRaises(), 0, MOST_RAISES);
        session.stopRaises = Math.clamp(saved.stopRaises(), 0, MOST_RAISES);
        session.acknowledged = saved.acknowledged();
        session.pinged = saved.pinged();
        session.reason = saved.reason();
        session.pace = saved.pace().isEmpty() ? null : Pace.of(saved.pace());
        session.repetition =
                saved.sameCall() > 1 ? Repetition.of(saved.sameCall(), saved.sameCalls()) : null;
        return session;
    }

    private Rung ping(Runaway rules) {
        return key.ofKey() ? KeyLadder.ping(rules) : rules.ping();
    }

    private Rung stop(Runaway rules) {
        return key.ofKey() ? KeyLadder.stop(rules) : rules.stop();
    }

    /** How long its ping may go without an answer; empty where that may be forever. */
    private Optional<Duration> mostUnacknowledged(Runaway rules) {
        return rules.stopUnacknowledgedAfter()
                .filter(_ -> !key.ofKey() || KeyLadder.isPingWritten(rules));
    }

    private Step stopped(String why, Instant now) {
        state = State.STOPPED;
        reason = Optional.of(why);
        List<Call> underWay = List.copyOf(calls);
        return new Step(state, view(now), underWay);
    }

    private Optional<String> unacknowledged(Runaway rules, Instant now) {
        return mostUnacknowledged(rules)
                .filter(_ -> state == State.PINGED)
                .filter(most -> Duration.between(pinged, now).compareTo(most) >= 0)
                .map(most -> "nobody acknowledged its ping within %s".formatted(most))
                .map(why -> why + reason.map(pingReason -> ": " + pingReason).orElse(""));
    }

    private int raised(Rung rung, int raises, Instant now) {
        Ladder.Measures measures = measures(now);
        int next = Math.min(raises + 1, MOST_RAISES);
        while (next < MOST_RAISES && Ladder.reached(rung, 1L << next, measures).isPresent()) {
            next++;
        }
        return next;
    }

    private Ladder.Measures measures(Instant now) {
        Instant alive = calls.isEmpty() || now.isBefore(lastUsed) ? lastUsed : now;
        return new Ladder.Measures(
                spentNanoUsd,
                pace == null ? 0 : pace.nanoUsdPerMinute(now.getEpochSecond()),
                Duration.between(started, alive),
                repetition == null || hasForgotten(now)
                        ? (int) Math.min(1, requests)
                        : repetition.most());
    }

    private void used(Instant now) {
        if (hasForgotten(now)) {
            repetition = null;
        }
        lastUsed = now;
    }

    /** Whether its repetitions are those of an hour that is over. */
    private boolean hasForgotten(Instant now) {
        return key.ofKey()
                && lastUsed.getEpochSecond() / COUNTED_SECONDS
                        != now.getEpochSecond() / COUNTED_SECONDS;
    }

    /** Most sessions are a single call: what counts repetitions is made with the second one. */
    private void repeated(long fingerprint) {
        if (requests == 0 && !key.ofKey()) {
            firstCall = fingerprint;
            return;
        }
        if (repetition == null) {
            repetition = new Repetition();
            if (!key.ofKey()) {
                repetition.add(firstCall);
            }
        }
        repetition.add(fingerprint);
    }
}
