package dev.distill.config;

import java.nio.file.Path;
import java.util.Optional;

/** A task: a text goes in, and one of the labels or an answer in words or JSON comes out. */
public record TaskConfig(
        @Doc(
                        "The kind of task: one of the labels is named, or an answer is written. Probabilities of labels are calibrated on the validation rows (calibration.json in the package); a written answer has none to calibrate.")
                @Default("classification")
                Type type,
        @Doc("Of a classification: a text file with one label a line.") @MustExist
                Optional<Path> labels,
        @Doc("Of a generation: whether answers are JSON, which is compared by value.")
                @Default("false")
                boolean json,
        @Doc("The system prompt; {{labels}} in it becomes the list of labels.") @MustExist
                Path prompt) {
    /** The kinds of task. */
    public enum Type {
        CLASSIFICATION,
        GENERATION
    }
}
