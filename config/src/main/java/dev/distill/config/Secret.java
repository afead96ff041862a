package dev.distill.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A reference to a secret: {@code env:NAME} or {@code file:PATH}. The value is read when it is
 * needed, and never printed.
 */
public sealed interface Secret {
    /**
     * The secret itself.
     *
     * @param environment the process's environment variables
     * @throws UserError with {@link ExitCode#CREDENTIALS} when there is none
     */
    String resolve(Map<String, String> environment);

    /** The value of an environment variable. */
    record FromEnvironment(String name) implements Secret {
        @Override
        public String resolve(Map<String, String> environment) {
            String value = environment.getOrDefault(name, "").strip();
            if (value.isEmpty()) {
                throw missing(
                        "the environment variable " + name + " is not set",
                        "export " + name + "=...");
            }
            return value;
        }
    }

    /** The first line of a file. */
    record FromFile(Path file) implements Secret {
        @Override
        public String resolve(Map<String, String> environment) {
            try {
                return Files.readAllLines(file).stream()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        missing(
                                                "the key file " + file + " is empty",
                                                "put the key on its first line"));
            } catch (IOException _) {
                throw missing(
                        "the key file " + file + " cannot be read",
                        "put the key on its first line");
            }
        }
    }

    private static UserError missing(String message, String hint) {
        return new UserError(ExitCode.CREDENTIALS, Problem.of(message).withHint(hint));
    }
}
