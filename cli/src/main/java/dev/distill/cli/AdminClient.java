package dev.distill.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.Secret;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Option;

/** Talks to the admin endpoints of a proxy that is running. */
final class AdminClient {
    private static final String DEFAULT_KEY = "DISTILL_KEY";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Option(
            names = "--proxy",
            paramLabel = "URL",
            description = "The proxy's address (${DEFAULT-VALUE}).")
    private String proxy = "http://127.0.0.1:8080";

    @Option(
            names = "--key",
            paramLabel = "REF",
            description =
                    "A key that may administer the proxy: env:NAME or file:PATH; else that of"
                            + " DISTILL_KEY, if it is set.")
    private String key = "";

    /** Reads an endpoint. */
    JsonNode get(String path) throws InterruptedException {
        return send(HttpRequest.newBuilder(endpoint(path)).GET());
    }

    /** Has something done. */
    JsonNode post(String path) throws InterruptedException {
        return send(HttpRequest.newBuilder(endpoint(path)).POST(BodyPublishers.noBody()));
    }

    private JsonNode send(HttpRequest.Builder request) throws InterruptedException {
        String secret = secret();
        if (!secret.isEmpty()) {
            request.header("Authorization", "Bearer " + secret);
        }
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpResponse<String> answer =
                    client.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
            return checked(answer);
        } catch (IOException e) {
            throw new UserError(
                    ExitCode.REMOTE_FAILED,
                    Problem.of("cannot reach the proxy at %s: %s".formatted(proxy, e))
                            .withHint("start it with distill proxy, or name it with --proxy"),
                    e);
        }
    }

    private JsonNode checked(HttpResponse<String> answer) {
        JsonNode body;
        try {
            body = Json.parse(answer.body());
        } catch (JsonProcessingException _) {
            throw new UserError(
                    ExitCode.REMOTE_FAILED,
                    Problem.of(
                            "%s is no distill proxy: it answered with status %d and no JSON"
                                    .formatted(proxy, answer.statusCode())));
        }
        int status = answer.statusCode();
        if (status / 100 == 2) {
            return body;
        }
        String said = body.path("error").path("message").asText("status " + status);
        throw new UserError(
                switch (status) {
                    case 401, 403 -> ExitCode.CREDENTIALS;
                    case 400, 404, 409 -> ExitCode.USAGE;
                    default -> ExitCode.REMOTE_FAILED;
                },
                Problem.of("the proxy refuses: " + said));
    }

    private URI endpoint(String path) {
        try {
            return URI.create(proxy.replaceAll("/+$", "") + path);
        } catch (IllegalArgumentException _) {
            throw new UserError(ExitCode.USAGE, Problem.of("--proxy is not a URL: " + proxy));
        }
    }

    private String secret() {
        Map<String, String> environment = System.getenv();
        if (key.isEmpty()) {
            return environment.getOrDefault(DEFAULT_KEY, "").strip();
        }
        if (key.startsWith("env:")) {
            return new Secret.FromEnvironment(key.substring("env:".length())).resolve(environment);
        }
        if (key.startsWith("file:")) {
            Path file = Path.of(key.substring("file:".length()));
            return new Secret.FromFile(file).resolve(environment);
        }
        throw new UserError(
                ExitCode.USAGE,
                Problem.of("--key must be env:NAME or file:PATH")
                        .withHint("a key on the command line can be read by everybody here"));
    }
}
