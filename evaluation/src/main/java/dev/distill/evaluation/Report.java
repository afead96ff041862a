package dev.distill.evaluation;

import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import java.nio.file.Path;

/** Writes what people and machines read about a run. */
public final class Report {
    private Report() {}

    /**
     * Writes {@code evaluation/results.json}, {@code evaluation/junit.xml}, {@code summary.md} and
     * {@code report.html} into a run's folder. Equal data gives equal bytes.
     *
     * @throws dev.distill.config.UserError when the folder cannot be written
     */
    public static void write(ReportData data, Path runFolder) {
        Path evaluation = runFolder.resolve("evaluation");
        AtomicFile.write(evaluation.resolve("results.json"), Json.pretty(ResultsJson.of(data)));
        AtomicFile.write(evaluation.resolve("junit.xml"), JUnitXml.of(data));
        AtomicFile.write(runFolder.resolve("summary.md"), Summary.of(data));
        AtomicFile.write(runFolder.resolve("report.html"), ReportPage.html(data));
    }
}
