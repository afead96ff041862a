package dev.distill.config;

/**
 * A reference to a secret: {@code env:NAME} or {@code file:PATH}. The value is read when it is
 * needed, and never printed.
 */
public sealed interface Secret {
    /** The value of an environment variable. */
    record FromEnvironment(String name) implements Secret {}

    /** The first line of a file. */
    record FromFile(java.nio.file.Path file) implements Secret {}
}
