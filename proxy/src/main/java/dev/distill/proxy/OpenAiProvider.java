package dev.distill.proxy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ProxyConfig;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.upstream.Outcome.Failure;
import dev.distill.proxy.upstream.Provider;
import dev.distill.proxy.upstream.RetryHints;
import dev.distill.proxy.wire.Refusal.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Any endpoint that speaks the OpenAI chat completions dialect over HTTP/1.1. */
final class OpenAiProvider implements Provider {
    /** Far above any completion, and a bound on what a broken endpoint can make us hold. */
    private static final long MOST_BYTES = 32L << 20;

    private final HttpClient client;
    private final URI endpoint;
    private final Optional<String> key;
    private final Duration total;
    private final InstantSource clock;

    /**
     * @param baseUrl everything before {@code /chat/completions}
     * @param key sent as a bearer token; taken out of everything received
     */
    OpenAiProvider(
            URI baseUrl, Optional<String> key, ProxyConfig.Timeouts timeouts, InstantSource clock) {
        this.endpoint = URI.create(baseUrl.toString().replaceAll("/+$", "") + "/chat/completions");
        this.key = key;
        this.total = timeouts.total();
        this.clock = clock;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(timeouts.connect())
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .build();
    }

    @Override
    public Outcome complete(String model, ObjectNode request) throws InterruptedException {
        ObjectNode body = Json.object();
        body.put("model", model);
        body.setAll(request);
        HttpRequest.Builder post =
                HttpRequest.newBuilder(endpoint)
                        .header("content-type", "application/json")
                        .header("accept", "application/json")
                        .POST(BodyPublishers.ofString(Json.line(body)));
        key.ifPresent(secret -> post.header("authorization", "Bearer " + secret));

        long start = System.nanoTime();
        // The time limit of HttpRequest ends with the headers; this one covers the body too.
        CompletableFuture<HttpResponse<byte[]>> call =
                client.sendAsync(
                        post.build(),
                        BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_BYTES));
        try {
            HttpResponse<byte[]> response = call.get(total.toMillis(), TimeUnit.MILLISECONDS);
            return OpenAiDialect.read(
                    new OpenAiDialect.Response(
                            model,
                            response.statusCode(),
                            redacted(new String(response.body(), StandardCharsets.UTF_8)),
                            RetryHints.wait(
                                    name -> response.headers().firstValue(name),
                                    Optional.empty(),
                                    clock.instant()),
                            millisSince(start),
                            false));
        } catch (TimeoutException _) {
            String message = "no answer within " + total.toMillis() + " ms";
            return failure("timeout", message, start, true);
        } catch (ExecutionException e) {
            return connectionFailure(e, start);
        } finally {
            call.cancel(true);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    private Failure connectionFailure(ExecutionException failed, long start) {
        return switch (failed.getCause()) {
            case ConnectException _ ->
                    failure("connect_failed", "cannot connect to " + endpoint, start, false);
            case HttpConnectTimeoutException _ ->
                    failure("connect_timeout", "cannot connect to " + endpoint, start, false);
            case IOException e ->
                    failure(
                            "connection_lost",
                            "lost the connection: " + e.getMessage(),
                            start,
                            true);
            case null, default -> throw new IllegalStateException("a call failed", failed);
        };
    }

    private Failure failure(String code, String message, long start, boolean possiblyBilled) {
        return new Failure(
                Kind.TRANSIENT,
                0,
                code,
                redacted(message),
                Optional.empty(),
                Optional.empty(),
                millisSince(start),
                possiblyBilled);
    }

    private String redacted(String text) {
        return key.map(secret -> text.replace(secret, "[key]")).orElse(text);
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }
}
