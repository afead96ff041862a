package dev.distill.proxy.sessions;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.aside.Aside;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Posts events as JSON, in order, from a bounded queue; a post that fails is made again a few
 * times. With a secret each carries {@code x-distill-signature: sha256=HEX}, the HMAC-SHA256 of its
 * body, by which the receiver knows who sent it.
 */
final class Webhook implements Alarm {
    static final String SIGNATURE = "x-distill-signature";

    private static final Logger LOG = System.getLogger(Webhook.class.getName());
    private static final int MOST_WAITING = 1_000;
    private static final int ATTEMPTS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final URI uri;
    private final Optional<byte[]> secret;
    private final Duration firstWait;
    private final HttpClient client;
    private final Aside<String> queue;
    private final AtomicLong lost = new AtomicLong();

    /**
     * @param firstWait before the second attempt; it doubles from there
     */
    Webhook(URI uri, Optional<String> secret, Duration firstWait) {
        this.uri = uri;
        this.secret = secret.map(text -> text.getBytes(StandardCharsets.UTF_8));
        this.firstWait = firstWait;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1) // no offer of h2c with a post
                        .connectTimeout(PATIENCE)
                        .build();
        this.queue =
                new Aside<>(
                        "webhook",
                        new Aside.Limits(MOST_WAITING, 1, Duration.ZERO, CLOSING),
                        _ -> 1,
                        this::deliver);
    }

    @Override
    public void tell(ObjectNode event) {
        queue.offer(Json.line(event));
    }

    @Override
    public long lost() {
        return lost.get() + queue.dropped();
    }

    @Override
    public void close() {
        queue.close();
        client.shutdownNow();
    }

    private void deliver(List<String> bodies) {
        for (String body : bodies) {
            deliver(body);
        }
    }

    private void deliver(String body) {
        String problem = "";
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                if (attempt > 0) {
                    Thread.sleep(firstWait.multipliedBy(1L << (attempt - 1)));
                }
                try {
                    HttpResponse<Void> answer =
                            client.send(request(body), BodyHandlers.discarding());
                    if (answer.statusCode() / 100 == 2) {
                        return;
                    }
                    problem = "status " + answer.statusCode();
                } catch (IOException e) {
                    problem = e.toString();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            problem = "the proxy is closing";
        }
        lost.incrementAndGet();
        LOG.log(
                Level.WARNING,
                "the runaway webhook " + uri.getHost() + " was not told: " + problem);
    }

    private HttpRequest request(String body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .timeout(PATIENCE)
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(body));
        secret.ifPresent(key -> request.header(SIGNATURE, "sha256=" + hmac(key, body)));
        return request.build();
    }

    private static String hmac(byte[] key, String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }
}
