package dev.distill.config;

import java.nio.file.Path;

/** A task: a text goes in, one of the labels comes out. */
public record TaskConfig(
        @Doc("The kind of task.") @Default("classification") Type type,
        @Doc("A text file with one label a line.") @MustExist Path labels,
        @Doc("The system prompt; {{labels}} in it becomes the list of labels.") @MustExist
                Path prompt) {
    /** The kinds of task. */
    public enum Type {
        CLASSIFICATION
    }
}
