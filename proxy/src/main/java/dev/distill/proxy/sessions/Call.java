package dev.distill.proxy.sessions;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A call under way in a session. Whoever makes it settles it exactly when it ends, whatever it
 * ended with. Safe for use by many threads.
 */
public final class Call implements Admission {
    private final Sessions sessions;
    private final Session session;
    private final Session ofKey;
    private final AtomicBoolean settled = new AtomicBoolean();
    private final List<Runnable> ends = new ArrayList<>();
    private boolean stopped;

    Call(Sessions sessions, Session session, Session ofKey) {
        this.sessions = sessions;
        this.session = session;
        this.ofKey = ofKey;
    }

    /** The session that it belongs to, for the ledger and the traces. */
    public String sessionId() {
        return session.id();
    }

    /** What the session has cost so far, without its calls under way. */
    public long sessionNanoUsd() {
        return session.spentNanoUsd();
    }

    /**
     * Has something done when the session is stopped before the call is settled, for example its
     * streams closed. It runs once on a thread of its own; at once when the session is stopped
     * already.
     */
    public void onStop(Runnable end) {
        synchronized (ends) {
            if (!stopped) {
                ends.add(end);
                return;
            }
        }
        Thread.ofVirtual().name("stop").start(end);
    }

    /** Whether the session was stopped while this call was under way. */
    public boolean stopped() {
        synchronized (ends) {
            return stopped;
        }
    }

    /** The call has ended and cost so much; only the first time counts. */
    public void settle(long costNanoUsd) {
        if (!settled.getAndSet(true)) {
            sessions.settle(this, session, costNanoUsd);
            sessions.settle(this, ofKey, costNanoUsd);
        }
    }

    void end() {
        List<Runnable> now;
        synchronized (ends) {
            stopped = true;
            now = List.copyOf(ends);
            ends.clear();
        }
        now.forEach(end -> Thread.ofVirtual().name("stop").start(end));
    }
}
