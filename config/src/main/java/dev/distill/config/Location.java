package dev.distill.config;

import java.nio.file.Path;

/**
 * A place in a file that the user wrote.
 *
 * @param file the file as the user named it
 * @param line from 1; 0 means the file as a whole
 * @param column from 1; 0 means the line as a whole
 */
public record Location(Path file, int line, int column) {
    /** The file as a whole. */
    public static Location of(Path file) {
        return new Location(file, 0, 0);
    }

    /** A line as a whole. */
    public static Location of(Path file, int line) {
        return new Location(file, line, 0);
    }

    /** {@code file}, {@code file:line} or {@code file:line:column}. */
    @Override
    public String toString() {
        if (line == 0) {
            return file.toString();
        }
        return column == 0 ? file + ":" + line : file + ":" + line + ":" + column;
    }
}
