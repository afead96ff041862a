package dev.distill.pipeline;

import java.util.OptionalDouble;

/** Counts a survey and reports it a few times a second. Guarded by its owner's lock. */
final class SurveyProgress {
    private static final int RECENT = 50;
    private static final long NANOS_BETWEEN_EVENTS = 200_000_000L;

    private final String stage;
    private final long total;
    private final Events events;
    private final long start = System.nanoTime();
    private long lastEvent = start;
    private long answered;
    private long failures;
    private final boolean[] recentlyFailed = new boolean[RECENT];
    private long calls;
    private long spentNanoUsd;
    private long tokens;

    SurveyProgress(String stage, long total, Events events) {
        this.stage = stage;
        this.total = total;
        this.events = events;
    }

    void answered(TeacherAnswer answer) {
        recentlyFailed[(int) (done() % RECENT)] = false;
        answered++;
        if (!answer.storeHit()) {
            calls++;
            spentNanoUsd += answer.spentNanoUsd();
            tokens += answer.tokens();
        }
        report();
    }

    void failed() {
        recentlyFailed[(int) (done() % RECENT)] = true;
        failures++;
        report();
    }

    long done() {
        return answered + failures;
    }

    long failures() {
        return failures;
    }

    long answers() {
        return answered;
    }

    /** The share of failures among the last rows, so that a provider that dies late is noticed. */
    double recentFailureShare() {
        int failed = 0;
        for (boolean one : recentlyFailed) {
            failed += one ? 1 : 0;
        }
        return failed / (double) Math.max(1, Math.min(RECENT, done()));
    }

    long calls() {
        return calls;
    }

    long spentNanoUsd() {
        return spentNanoUsd;
    }

    /** Reports the last state, however recent the event before it. */
    void finished() {
        emit();
    }

    private void report() {
        long now = System.nanoTime();
        if (now - lastEvent >= NANOS_BETWEEN_EVENTS) {
            lastEvent = now;
            emit();
        }
    }

    private void emit() {
        double seconds = (System.nanoTime() - start) / 1e9;
        OptionalDouble eta =
                done() == 0
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(seconds / done() * (total - done()));
        String detail = failures == 0 ? "" : failures + " failed";
        events.emit(
                new RunEvent.Progress(
                        stage, done(), total, "rows", spentNanoUsd, tokens, eta, detail));
    }
}
