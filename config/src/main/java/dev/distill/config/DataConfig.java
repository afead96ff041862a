package dev.distill.config;

import java.nio.file.Path;
import java.util.Optional;

/** The data of a job, as .jsonl, .csv or .parquet files. */
public record DataConfig(
        @Doc("The requests that the teacher answers.") @MustExist Path source,
        @Doc("Items with the right answer, which nobody trains on.") @MustExist Path gold,
        @Doc("The names of the columns.") @Default("{}") Columns columns,
        @Doc("Which rows are kept for validation.") @Default("{}") Split split) {
    /** Column names in the source and gold files. */
    public record Columns(
            @Doc("Unique name of a row; without one the position counts.") Optional<String> id,
            @Doc("The request.") @Default("text") String text,
            @Doc("The right label, in the gold file of a classification.") @Default("label")
                    String label,
            @Doc("The right answer, in the gold file of a generation.") @Default("answer")
                    String answer,
            @Doc("Rows of one group are never split, for example one customer's.")
                    Optional<String> group) {}

    /** How rows are divided between training and validation. */
    public record Split(
            @Doc("Share of the groups kept for validation.") @Default("0.1") @Above(0) @AtMost(0.5)
                    double validation,
            @Doc("Seed of the division.") @Default("7") long seed) {}
}
