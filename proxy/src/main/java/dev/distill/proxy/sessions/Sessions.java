package dev.distill.proxy.sessions;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ProxyConfig.Runaway;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.proxy.aside.Aside;
import dev.distill.proxy.sessions.Session.Step;
import dev.distill.proxy.sessions.SessionView.State;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * All sessions, and all virtual keys as a whole. A session is what has one key and one beginning of
 * a conversation in common, until nobody has called for a while. Its ladder: at the ping rung
 * somebody is told once, and acknowledges, which doubles the rung, or not; at the stop rung its
 * calls are refused and those under way are ended. A key as a whole has a ladder of its own, for
 * loops that begin anew with each call: how fast and how much all its sessions together spend, and
 * how many of them begin with the same step within an hour. Nothing but a limit that is written in
 * the file stops a key.
 *
 * <p>What is measured, and where a session stands, is written down every few seconds and survives a
 * restart. A stopped session stays stopped until somebody resumes it or nobody has tried it for a
 * week. At most a fixed number of sessions is known: when there are more, the cheap ones that were
 * used least recently are forgotten first, never one with a call under way or a stop, and those
 * forgotten before they were over are counted.
 *
 * <p>Safe for use by many threads; no call waits for a file or the network.
 */
public final class Sessions implements AutoCloseable {
    /** How many sessions are known at once, each in less than a kilobyte. */
    static final int MOST = 50_000;

    private static final Logger LOG = System.getLogger(Sessions.class.getName());
    private static final Duration FORGET_STOPPED = Duration.ofDays(7);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration SAVING = Duration.ofSeconds(5);
    private static final int SHOWN_NAME = 128;

    /** How many sessions are written down, each in less than a kilobyte. */
    private static final int MOST_SAVED = 10_000;

    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);

    /** Writing takes at most one part in so many of the time. */
    private static final int RESTS = 50;

    private final ConcurrentHashMap<SessionKey, Session> known = new ConcurrentHashMap<>();
    private final LadderFile file;
    private final InstantSource clock;
    private final int most;
    private final Aside<Boolean> saver;
    private final AtomicBoolean crowded = new AtomicBoolean();
    private final AtomicLong pings = new AtomicLong();
    private final AtomicLong stops = new AtomicLong();
    private final AtomicLong forgotten = new AtomicLong();
    private volatile Runaway rules;
    private volatile Alarm alarm;
    private volatile boolean closed;
    private volatile boolean unsaved;
    private volatile Instant saved;
    private volatile Duration pause = EVERY;

    Sessions(Runaway rules, Alarm alarm, Path file, int most, InstantSource clock) {
        this.rules = rules;
        this.alarm = alarm;
        this.file = new LadderFile(file);
        this.most = most;
        this.clock = clock;
        this.saved = clock.instant();
        this.file.read().stream()
                .map(Session::of)
                .forEach(session -> known.put(session.key(), session));
        this.saver =
                new Aside<>(
                        "sessions",
                        new Aside.Limits(MOST, MOST, Duration.ZERO, SAVING),
                        _ -> 1,
                        _ -> save());
    }

    /**
     * Reads what is kept of earlier sessions, and begins to look after them once a second.
     *
     * @param file where sessions are kept, made when there is none, set aside when it is damaged
     * @param environment where the secret of the webhook is looked up
     * @throws UserError when the file cannot be read or the secret is missing
     */
    public static Sessions open(
            Runaway rules, Path file, Map<String, String> environment, InstantSource clock) {
        Sessions sessions = new Sessions(rules, alarm(rules, environment), file, MOST, clock);
        Thread.ofVirtual().name("runaway").start(sessions::lookAfter);
        return sessions;
    }

    /**
     * Other rules from now on, for all sessions.
     *
     * @throws UserError when the secret of the webhook is missing; the old rules then stay
     */
    public void update(Runaway changed, Map<String, String> environment) {
        Alarm before = alarm;
        alarm = alarm(changed, environment);
        rules = changed;
        before.close();
    }

    /**
     * Asks whether a call may be made; the answer takes microseconds.
     *
     * @param name the session's name, where the client gives it one
     */
    public Admission begin(Owner owner, Trace trace, Optional<String> name) {
        Instant now = clock.instant();
        Session ofKey = session(SessionKey.ofKey(owner), owner, Optional.empty(), now);
        Optional<String> shown = name.map(Sessions::shortened);
        Session session = session(SessionKey.of(owner, trace.beginning(), name), owner, shown, now);
        used();
        session.ask(trace.call(), rules, now).ifPresent(this::happened);
        Call admitted = new Call(this, session, ofKey);
        if (!session.enter(admitted, now)) {
            return refused(session, now);
        }
        if (trace.step() && session.isFirstStep()) {
            ofKey.ask(trace.call(), rules, now).ifPresent(this::happened);
        }
        if (!ofKey.enter(admitted, now)) {
            session.leave(admitted, 0, rules, now);
            return refused(ofKey, now);
        }
        known.putIfAbsent(session.key(), session); // it may just have been forgotten
        known.putIfAbsent(ofKey.key(), ofKey);
        if (known.size() > most) {
            makeRoom(now);
        }
        return admitted;
    }

    /** All sessions and keys that are not over, the dearest first. */
    public List<SessionView> list() {
        Instant now = clock.instant();
        return known.values().stream()
                .filter(session -> !over(session, now))
                .map(session -> session.view(now))
                .sorted(
                        Comparator.comparingLong(SessionView::spentNanoUsd)
                                .reversed()
                                .thenComparing(SessionView::id))
                .toList();
    }

    /** The dearest sessions and keys, as the endpoint gives them. */
    public ObjectNode json(int top) {
        List<SessionView> all = list();
        ObjectNode json = Json.object();
        json.put("count", all.size());
        ArrayNode sessions = json.putArray("sessions");
        all.stream().limit(top).forEach(view -> sessions.add(view.json()));
        return json;
    }

    /** One of them. */
    public Optional<SessionView> find(String id) {
        return session(id).map(session -> session.view(clock.instant()));
    }

    /** Answers a ping, which doubles the rung that pings; false when there is none to answer. */
    public boolean acknowledge(String id) {
        return changed(session(id).filter(s -> s.acknowledge(rules, clock.instant())).isPresent());
    }

    /** Stops a session or a key; false when there is none, or it is stopped already. */
    public boolean stop(String id, String why) {
        Optional<Step> step = session(id).flatMap(session -> session.stop(why, clock.instant()));
        step.ifPresent(this::happened);
        return step.isPresent();
    }

    /** Lets a stopped one go on; the rungs it has reached are doubled. False when there is none. */
    public boolean resume(String id) {
        return changed(session(id).filter(s -> s.resume(rules, clock.instant())).isPresent());
    }

    /** Pings so far. */
    public long pings() {
        return pings.get();
    }

    /** Stops so far, whoever asked for them. */
    public long stops() {
        return stops.get();
    }

    /** Sessions that were forgotten before they were over, because there were too many. */
    public long forgotten() {
        return forgotten.get();
    }

    /** Has the webhook tell of something that is no session's, if there is one. */
    public void tell(ObjectNode event) {
        alarm.tell(event);
    }

    /** Webhooks that could not be delivered. */
    public long lostWebhooks() {
        return alarm.lost();
    }

    /** Delivers and saves what is waiting. */
    @Override
    public void close() {
        closed = true;
        saver.offer(true);
        saver.close();
        alarm.close();
    }

    void settle(Call call, Session session, long costNanoUsd) {
        used();
        session.leave(call, costNanoUsd, rules, clock.instant()).ifPresent(this::happened);
    }

    /** Time alone reaches rungs and ends sessions. */
    void look() {
        Instant now = clock.instant();
        for (Session session : known.values()) {
            if (over(session, now)) {
                known.computeIfPresent(session.key(), (_, s) -> over(s, now) ? null : s);
            } else {
                session.climb(rules, now).ifPresent(this::happened);
            }
        }
        if (isDue(now)) {
            saver.offer(true);
        }
    }

    private void lookAfter() {
        while (!closed) {
            LockSupport.parkNanos(LOOK.toNanos());
            look();
        }
    }

    private Session session(SessionKey key, Owner owner, Optional<String> name, Instant now) {
        Session session = known.get(key);
        return session != null && !over(session, now)
                ? session
                : known.compute(
                        key,
                        (_, old) ->
                                old == null || over(old, now)
                                        ? new Session(key, owner, name, now)
                                        : old);
    }

    private Optional<Session> session(String id) {
        return SessionKey.ofId(id)
                .flatMap(key -> Optional.ofNullable(known.get(key)))
                .filter(session -> session.id().equals(id));
    }

    private boolean over(Session session, Instant now) {
        return session.unusedFor(rules.sessionIdle(), now)
                && (session.unusedFor(FORGET_STOPPED, now) || !session.isStopped());
    }

    private static Admission.Refused refused(Session session, Instant now) {
        SessionView view = session.view(now);
        return new Admission.Refused(view.id(), view.reason().orElse("it was stopped"));
    }

    private void happened(Step step) {
        boolean ping = step.state() == State.PINGED;
        (ping ? pings : stops).incrementAndGet();
        step.stopped().forEach(Call::end);
        SessionView view = step.view();
        ObjectNode event = Json.object();
        event.put("event", ping ? "ping" : "stop");
        event.put("at", clock.instant().toString());
        event.put("reason", view.reason().orElse(""));
        event.put(ping ? "acknowledge" : "resume", path(view.id(), ping));
        event.set("session", view.json());
        alarm.tell(event);
        LOG.log(
                Level.WARNING,
                "%s of key \"%s\" is %s: %s"
                        .formatted(
                                SessionKey.isOfKey(view.id()) ? "all" : "session " + view.id(),
                                view.owner().key(),
                                view.state().name().toLowerCase(Locale.ROOT),
                                view.reason().orElse("")));
        saver.offer(true);
    }

    private static String path(String id, boolean ping) {
        return "POST /admin/sessions/%s/%s".formatted(id, ping ? "acknowledge" : "resume");
    }

    /** There is something new to be written down, within seconds. */
    private void used() {
        if (!unsaved) {
            unsaved = true;
        }
    }

    private boolean changed(boolean yes) {
        if (yes) {
            saver.offer(true);
        }
        return yes;
    }

    /** Writes down the dearest, at most a fixed number, and never for long compared to the rest. */
    private void save() {
        Instant now = clock.instant();
        long start = System.nanoTime();
        unsaved = false;
        pause = AFTER_FAILURE;
        saved = now;
        file.write(
                known.values().stream()
                        .flatMap(session -> session.saved(now).stream())
                        .sorted(Saved.DEAREST_FIRST)
                        .limit(MOST_SAVED)
                        .toList());
        Duration took = Duration.ofNanos(System.nanoTime() - start).multipliedBy(RESTS);
        pause = took.compareTo(EVERY) > 0 ? took : EVERY;
    }

    private boolean isDue(Instant now) {
        boolean failed = pause.equals(AFTER_FAILURE);
        return (unsaved || failed)
                && Duration.between(saved, now).abs().compareTo(pause) >= 0; // clocks jump
    }

    /** Forgets a tenth: what is over, then the cheapest and longest unused. */
    private void makeRoom(Instant now) {
        if (!crowded.compareAndSet(false, true)) {
            return;
        }
        try {
            known.values().stream()
                    .filter(session -> !session.isStopped())
                    .map(session -> session.view(now))
                    .filter(view -> view.inFlight() == 0)
                    .sorted(
                            Comparator.comparingInt(Sessions::worth)
                                    .thenComparing(SessionView::lastUsed))
                    .limit(most / 10 + 1)
                    .forEach(view -> forget(view, now));
        } finally {
            crowded.set(false);
        }
    }

    /** Sessions that cost about the same are alike: the digits before the point in cents. */
    private static int worth(SessionView view) {
        return Long.toString(view.spentNanoUsd() / 10_000_000).length();
    }

    private void forget(SessionView view, Instant now) {
        SessionKey.ofId(view.id())
                .ifPresent(
                        key ->
                                known.computeIfPresent(
                                        key,
                                        (_, session) -> {
                                            if (!session.unusedFor(Duration.ZERO, now)) {
                                                return session;
                                            }
                                            if (!over(session, now)) {
                                                forgotten.incrementAndGet();
                                            }
                                            return null;
                                        }));
    }

    private static String shortened(String name) {
        return name.length() <= SHOWN_NAME ? name : name.substring(0, SHOWN_NAME);
    }

    private static Alarm alarm(Runaway rules, Map<String, String> environment) {
        return rules.webhook()
                .<Alarm>map(
                        uri ->
                                new Webhook(
                                        uri,
                                        rules.webhookSecret()
                                                .map(secret -> secret.resolve(environment)),
                                        FIRST_WAIT))
                .orElse(_ -> {});
    }
}
