package dev.distill.cli;

import dev.distill.pipeline.Events;
import dev.distill.pipeline.RunEvent;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Shows a run's events to a person: on a terminal one line that is drawn over while a stage works,
 * elsewhere a plain line now and then.
 */
final class ProgressPrinter implements Events {
    private static final String ERASE_LINE = "\r\u001b[K";
    private static final long NANOS_BETWEEN_PLAIN_LINES = 5_000_000_000L;
    private static final int BAR_WIDTH = 24;

    private final PrintWriter err;
    private final boolean live;
    private final MaskedText masked;
    private long lastPlainLine;

    ProgressPrinter(Terminal terminal) {
        this.err = terminal.err();
        this.live = terminal.live();
        this.masked = new MaskedText(terminal.colours());
    }

    @Override
    public synchronized void emit(RunEvent event) {
        switch (event) {
            case RunEvent.RunStarted e -> line("%s: run %s".formatted(e.job(), e.runId()));
            case RunEvent.StageStarted e -> {
                lastPlainLine = System.nanoTime();
                if (live) {
                    draw("%-9s ...".formatted(e.stage()));
                }
            }
            case RunEvent.Progress e -> progress(e);
            case RunEvent.StageFinished e ->
                    line(
                            "%-9s %s%s"
                                    .formatted(
                                            e.output().title(),
                                            e.output().reused()
                                                    ? "reused, nothing to do"
                                                    : "done in " + seconds(e.output().seconds()),
                                            StageSummary.of(e.output())));
            case RunEvent.StudentJudged e -> line(judged(e));
            case RunEvent.RowsRead e ->
                    line(
                            "%-9s %s; of the first row %s: %s"
                                    .formatted(
                                            e.stage(),
                                            e.message(),
                                            masked.legend(),
                                            masked.text(e.first())));
            case RunEvent.Note e -> line("%-9s note: %s".formatted(e.stage(), e.message()));
            case RunEvent.RunFinished _ -> draw("");
        }
        err.flush();
    }

    private static String judged(RunEvent.StudentJudged e) {
        return String.format(
                Locale.ROOT,
                "gate      %s: %s with accuracy %.1f %% (%.1f to %.1f %%, %,d items)%s",
                e.student().kind(),
                e.student().verdict().outcome(),
                100 * e.student().accuracy().value(),
                100 * e.student().accuracy().interval().low(),
                100 * e.student().accuracy().interval().high(),
                e.student().accuracy().n(),
                e.next().map(kind -> ", next is " + kind).orElse(""));
    }

    private void progress(RunEvent.Progress e) {
        if (live) {
            draw(bar(e) + " " + text(e));
        } else if (System.nanoTime() - lastPlainLine >= NANOS_BETWEEN_PLAIN_LINES) {
            lastPlainLine = System.nanoTime();
            err.println(text(e));
        }
    }

    private static String text(RunEvent.Progress e) {
        StringBuilder text = new StringBuilder();
        text.append("%-9s %,d/%,d %s".formatted(e.stage(), e.done(), e.total(), e.unit()));
        if (e.tokens() > 0) {
            text.append(" · %,d tokens".formatted(e.tokens()));
            text.append(String.format(Locale.ROOT, " · $%.4f", e.toJson().get("usd").asDouble()));
        }
        if (!e.detail().isEmpty()) {
            text.append(" · ").append(e.detail());
        }
        e.etaSeconds().ifPresent(eta -> text.append(" · ").append(seconds(eta)).append(" left"));
        return text.toString();
    }

    private static String bar(RunEvent.Progress e) {
        int full = e.total() == 0 ? 0 : (int) (BAR_WIDTH * e.done() / e.total());
        return "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
    }

    private void line(String text) {
        if (live) {
            err.print(ERASE_LINE);
        }
        err.println(text);
    }

    private void draw(String text) {
        if (live) {
            err.print(ERASE_LINE + text);
        }
    }

    /** A duration for people: {@code 3.2 s}, {@code 75 s}, {@code 12 min}. */
    static String seconds(double seconds) {
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        return seconds < 120 ? Math.round(seconds) + " s" : Math.round(seconds / 60) + " min";
    }
}
