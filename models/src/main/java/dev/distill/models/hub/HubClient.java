package dev.distill.models.hub;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Asks the hub. What may pass (429, 5xx, a broken connection, a server that falls silent) is tried
 * {@value #ATTEMPTS} times, after 1, 2, 4 and 8 seconds or as long as the hub says, at most {@value
 * #LONGEST_SECONDS}; the count begins anew when {@value #PROGRESS_BYTES} bytes have come meanwhile.
 * Redirects are followed here and not by the JDK, which would hand the token on to other hosts.
 */
final class HubClient {
    private static final int ATTEMPTS = 5;
    private static final int LONGEST_SECONDS = 60;
    private static final int PROGRESS_BYTES = 1 << 20;
    private static final int MOST_REDIRECTS = 5;
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration HEADERS = Duration.ofSeconds(60);

    private final HubSettings settings;
    private final Sleeper sleeper;
    private final Duration patience;

    /**
     * @param patience how long a body may be silent
     */
    HubClient(HubSettings settings, Sleeper sleeper, Duration patience) {
        this.settings = settings;
        this.sleeper = sleeper;
        this.patience = patience;
    }

    /** Reads an answer: one of 200, or of 206 when a range was asked for. */
    @FunctionalInterface
    interface Body<T> {
        T read(int status, InputStream body) throws IOException;
    }

    /**
     * Asks for a path below the endpoint.
     *
     * @param from the first byte wanted, asked anew before each attempt; 0 asks for all
     * @param kept what has come so far, for who reads why no more does
     * @throws UserError saying what the hub answered, or that there is no way to it
     */
    <T> T get(
            HubReference reference,
            String path,
            LongSupplier from,
            Supplier<String> kept,
            Body<T> body) {
        URI address = URI.create(settings.endpoint() + path);
        // A client of its own, closed at the end, leaves no threads behind.
        try (HttpClient http =
                HttpClient.newBuilder()
                        .connectTimeout(CONNECT)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build()) {
            long before = from.getAsLong();
            for (int attempt = 1; ; attempt++) {
                Duration pause = Duration.ofSeconds(1L << (attempt - 1));
                String failure;
                try {
                    HttpResponse<InputStream> answer = follow(http, reference, address, from);
                    try (InputStream in = new ImpatientBody(answer.body(), patience)) {
                        int status = answer.statusCode();
                        if (status == 200 || status == 206) {
                            return body.read(status, in);
                        }
                        if (status != 429 && status < 500) {
                            throw refused(reference, answer);
                        }
                        failure = "answers with status " + status;
                        pause = wanted(answer, pause);
                    }
                } catch (ConnectException | HttpConnectTimeoutException e) {
                    throw unreachable(reference, "cannot be reached", e);
                } catch (IOException e) {
                    failure = "breaks off: " + e.getMessage();
                }
                long now = from.getAsLong();
                if (now - before >= PROGRESS_BYTES) {
                    before = now;
                    attempt = 0;
                } else if (attempt == ATTEMPTS) {
                    throw unreachable(reference, failure + kept.get(), null);
                }
                sleeper.sleep(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(reference, "was not waited for", e);
        }
    }

    private HttpResponse<InputStream> follow(
            HttpClient http, HubReference reference, URI address, LongSupplier from)
            throws IOException, InterruptedException {
        URI next = address;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(next).timeout(HEADERS).header("User-Agent", "distill");
            long first = from.getAsLong();
            if (first > 0) {
                request.header("Range", "bytes=" + first + "-");
            }
            if (isHub(next)) {
                settings.token()
                        .ifPresent(token -> request.header("Authorization", "Bearer " + token));
            }
            HttpResponse<InputStream> answer =
                    http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            int status = answer.statusCode();
            String location = answer.headers().firstValue("Location").orElse("");
            if (status < 301 || status > 308 || status == 304 || location.isEmpty()) {
                return answer;
            }
            answer.body().close();
            next = next.resolve(location);
        }
        throw unreachable(reference, "redirects without end", null);
    }

    private boolean isHub(URI address) {
        URI endpoint = settings.endpoint();
        return endpoint.getScheme().equalsIgnoreCase(address.getScheme())
                && endpoint.getRawAuthority().equalsIgnoreCase(address.getRawAuthority());
    }

    private static Duration wanted(HttpResponse<?> answer, Duration otherwise) {
        return answer.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("[0-9]{1,6}"))
                .map(seconds -> Math.min(Integer.parseInt(seconds), LONGEST_SECONDS))
                .map(Duration::ofSeconds)
                .orElse(otherwise);
    }

    private UserError refused(HubReference reference, HttpResponse<?> answer) {
        int status = answer.statusCode();
        String revision = "RevisionNotFound";
        boolean other = answer.headers().firstValue("X-Error-Code").orElse("").equals(revision);
        return switch (status) {
            case 401, 403 ->
                    new UserError(
                            ExitCode.CREDENTIALS,
                            Problem.at(
                                            reference.written(),
                                            "the hub does not let %s read %s (status %d)"
                                                    .formatted(
                                                            settings.token().isPresent()
                                                                    ? "the owner of HF_TOKEN"
                                                                    : "strangers",
                                                            reference,
                                                            status))
                                    .withHint(
                                            "set HF_TOKEN to a token that may read it, accept its terms on the hub if it has any; or its name is misspelt"));
            case 404 ->
                    UserError.invalid(
                            reference.written(),
                            other
                                    ? "%s has no revision %s"
                                            .formatted(reference.repository(), reference.revision())
                                    : "there is no repository %s with revision %s on %s"
                                            .formatted(
                                                    reference.repository(),
                                                    reference.revision(),
                                                    settings.endpoint()),
                            "check the name; a private repository needs HF_TOKEN");
            default ->
                    new UserError(
                            ExitCode.REMOTE_FAILED,
                            Problem.at(
                                    reference.written(),
                                    "the hub answers with status %d for %s"
                                            .formatted(status, reference)));
        };
    }

    private UserError unreachable(
            HubReference reference, String what, @org.jspecify.annotations.Nullable Exception e) {
        Problem problem =
                Problem.at(
                                reference.written(),
                                "%s is needed for %s, but %s"
                                        .formatted(settings.endpoint(), reference, what))
                        .withHint(
                                "run again to go on where it ended; HF_ENDPOINT names another hub, and a folder needs none");
        UserError error = new UserError(ExitCode.REMOTE_FAILED, problem);
        if (e != null) {
            error.initCause(e);
        }
        return error;
    }
}
