package dev.distill.proxy.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.distill.files.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("it")
class WebhookTest {
    private record Post(String body, Optional<String> signature) {}

    private final List<Post> posts = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch arrived = new CountDownLatch(3);
    private final List<String> offers = Collections.synchronizedList(new ArrayList<>());
    private int failures;
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/hook",
                exchange -> {
                    String body =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    String signature = exchange.getRequestHeaders().getFirst(Webhook.SIGNATURE);
                    if (exchange.getRequestHeaders().containsKey("Upgrade")) {
                        offers.add(exchange.getRequestHeaders().getFirst("Upgrade"));
                    }
                    posts.add(new Post(body, Optional.ofNullable(signature)));
                    exchange.sendResponseHeaders(posts.size() <= failures ? 503 : 204, -1);
                    exchange.close();
                    arrived.countDown();
                });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    @Test
    void anEventIsPostedAgainUntilItIsTakenAndSigned() throws Exception {
        failures = 2;
        try (Webhook webhook = new Webhook(uri(), Optional.of("s3cret"), Duration.ofMillis(1))) {
            webhook.tell(Json.object().put("event", "ping"));
            assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
        }
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("s3cret".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] expected = mac.doFinal("{\"event\":\"ping\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(posts)
                .containsOnly(
                        new Post(
                                "{\"event\":\"ping\"}",
                                Optional.of("sha256=" + HexFormat.of().formatHex(expected))))
                .hasSize(3);
        assertThat(offers).as("offers of another protocol").isEmpty();
    }

    @Test
    void anEventThatNobodyTakesIsCountedAndTheNextOneIsTold() {
        failures = 5;
        Webhook webhook = new Webhook(uri(), Optional.empty(), Duration.ofMillis(1));
        webhook.tell(Json.object().put("event", "ping"));
        webhook.tell(Json.object().put("event", "stop"));
        webhook.close();
        assertThat(webhook.lost()).isEqualTo(1);
        assertThat(posts).hasSize(6);
        assertThat(posts.getLast()).isEqualTo(new Post("{\"event\":\"stop\"}", Optional.empty()));
    }

    private URI uri() {
        return URI.create("http://localhost:" + server.getAddress().getPort() + "/hook");
    }
}
