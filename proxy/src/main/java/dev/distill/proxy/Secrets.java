package dev.distill.proxy;

import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.Secret;
import dev.distill.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Reads the secrets that the proxy file refers to. */
final class Secrets {
    private Secrets() {}

    /**
     * The value of a secret.
     *
     * @throws UserError with {@link ExitCode#CREDENTIALS} when there is none
     */
    static String read(Secret secret, String provider, Map<String, String> environment) {
        return switch (secret) {
            case Secret.FromEnvironment(String name) ->
                    usable(
                            environment.getOrDefault(name, ""),
                            Problem.of(
                                            "provider %s needs the environment variable %s, which is not set"
                                                    .formatted(provider, name))
                                    .withHint("export " + name + "=<the provider's key>"));
            case Secret.FromFile(Path file) ->
                    usable(
                            firstLine(file, provider),
                            Problem.at(
                                            Location.of(file),
                                            "the key of provider %s is empty".formatted(provider))
                                    .withHint("the first line of the file must be the key"));
        };
    }

    private static String usable(String value, Problem otherwise) {
        String key = value.strip();
        if (key.isEmpty()) {
            throw new UserError(ExitCode.CREDENTIALS, otherwise);
        }
        return key;
    }

    private static String firstLine(Path file, String provider) {
        try (var lines = Files.lines(file)) {
            return lines.findFirst().orElse("");
        } catch (IOException | java.io.UncheckedIOException e) {
            Problem problem =
                    Problem.at(
                            Location.of(file),
                            "cannot read the key of provider %s".formatted(provider));
            throw new UserError(ExitCode.CREDENTIALS, problem, e);
        }
    }
}
