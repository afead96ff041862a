package dev.distill.evaluation;

import java.nio.file.Path;

/** Writes what people and machines read about a run. */
public final class Report {
    private Report() {}

    /**
     * Writes {@code evaluation/results.json}, {@code evaluation/junit.xml}, {@code summary.md} and
     * {@code report.html} into a run's folder.
     *
     * @throws dev.distill.config.UserError when the folder cannot be written
     */
    public static void write(ReportData data, Path runFolder) {
        throw new UnsupportedOperationException("the next commit computes this");
    }
}
