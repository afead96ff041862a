package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.distill.config.ProxyFile;
import dev.distill.config.UserError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A secret in a file is another one some day, while the proxy runs. */
@Tag("it")
final class SecretRotationTest {
    @TempDir private Path folder;
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final CountDownLatch slow = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer upstream;

    /** Takes the key good; says of used-up that it is used up, and waits with slow. */
    @BeforeEach
    void listen() throws IOException {
        upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        upstream.createContext(
                "/",
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    String key = exchange.getRequestHeaders().getFirst("authorization");
                    keys.add(key);
                    String token = exchange.getRequestHeaders().getFirst("x-amz-security-token");
                    if (token != null) {
                        keys.set(keys.size() - 1, token);
                    }
                    if (key.endsWith("slow")) {
                        slow.countDown();
                        await(go);
                    }
                    int status = key.endsWith("used-up") ? 429 : 200;
                    byte[] body =
                            (status == 429
                                            ? "{\"error\":{\"code\":\"insufficient_quota\"}}"
                                            : FakeUpstream.completion("hello", "stop"))
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().add("content-type", "application/json");
                    exchange.sendResponseHeaders(status, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        upstream.start();
    }

    @AfterEach
    void stop() {
        go.countDown();
        client.shutdownNow();
        upstream.stop(0);
    }

    @Test
    void anotherSecretIsUsedAtOnceAndCallsUnderWayKeepTheOldOne() throws Exception {
        write("key", "slow");
        try (ProxyServer proxy = start("kind: openai, api_key: file:key")) {
            CompletableFuture<HttpResponse<String>> first =
                    client.sendAsync(call(proxy), BodyHandlers.ofString());
            await(slow);
            write("key", "good");
            assertThat(reload(proxy))
                    .isEqualTo("{\"reloaded\":true,\"at_next_start\":[],\"problems\":[]}");
            assertThat(ask(proxy)).isEqualTo(200);
            assertThat(keys).containsExactly("Bearer slow", "Bearer good");
            go.countDown();
            assertThat(first.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void theFileIsWatched() throws Exception {
        write("key", "one");
        try (ProxyServer proxy = start("kind: openai, api_key: file:key")) {
            assertThat(ask(proxy)).isEqualTo(200);
            write("key", "two");
            Eventually.holds(
                    "the new key is used",
                    () -> {
                        ask(proxy);
                        return keys.contains("Bearer two");
                    });
        }
    }

    @Test
    void aKeyThatWasUsedUpStartsAfreshWithAnotherSecret() throws Exception {
        write("key", "used-up");
        try (ProxyServer proxy = start("kind: openai, api_key: file:key")) {
            assertThat(ask(proxy)).isNotEqualTo(200);
            int asked = keys.size();
            reload(proxy);
            assertThat(ask(proxy)).isNotEqualTo(200);
            assertThat(keys).as("the same secret is still used up").hasSize(asked);
            write("key", "good");
            reload(proxy);
            assertThat(ask(proxy)).isEqualTo(200);
        }
    }

    @Test
    void aFileWithoutASecretKeepsTheOldOneAndCountsAsAFailure() throws Exception {
        write("key", "good");
        try (ProxyServer proxy = start("kind: openai, api_key: file:key")) {
            write("key", "\n");
            assertThat(reload(proxy))
                    .contains(
                            "\"reloaded\":false", "providers.up.api_key: the key file", "is empty")
                    .contains("proxy.yaml:3:")
                    .doesNotContain("good");
            Files.delete(folder.resolve("key"));
            assertThat(reload(proxy)).contains("cannot be read");
            assertThat(ask(proxy)).isEqualTo(200);
            assertThat(keys).containsExactly("Bearer good");
            assertThat(get(proxy, "/metrics"))
                    .containsPattern("(?m)^distill_config_reloads_total\\{.*fail.*\\} 2$");
        }
    }

    @Test
    void aPriceThatLosesItsHalfKeepsTheOldFile() throws Exception {
        write("key", "good");
        try (ProxyServer proxy = start("kind: openai, api_key: file:key")) {
            String text = Files.readString(folder.resolve("proxy.yaml"));
            write("proxy.yaml", text + "prices: { m: { input: 1 } }\n");
            assertThat(reload(proxy)).contains("prices.m.output is missing", "proxy.yaml:5:");
            assertThat(ask(proxy)).isEqualTo(200);
        }
    }

    @Test
    void temporaryCredentialsOfAwsAreTakenOverTogether() throws Exception {
        write("id", "AKIDONE");
        write("secret", "s1");
        write("token", "t1");
        try (ProxyServer proxy =
                start(
                        "kind: bedrock, region: r, access_key_id: file:id,"
                                + " secret_access_key: file:secret, session_token: file:token")) {
            ask(proxy);
            write("id", "AKIDTWO");
            write("secret", "s2");
            write("token", "t2");
            reload(proxy);
            ask(proxy);
            assertThat(keys).startsWith("t1").endsWith("t2");
        }
    }

    @Test
    void allSecretsThatAreMissingAtTheStartAreNamedWithTheirLines() throws IOException {
        assertThatThrownBy(() -> start("kind: openai, api_key: file:key"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("proxy.yaml:3:")
                .hasMessageContaining("providers.up.api_key: the key file");
    }

    private ProxyServer start(String provider) throws IOException {
        String base = "http://localhost:" + upstream.getAddress().getPort();
        Path file = folder.resolve("proxy.yaml");
        Files.writeString(
                file,
                """
                version: 1
                listen: 127.0.0.1:0
                providers: { up: { %s, base_url: "%s" } }
                routes: { r: [ { provider: up, model: m } ] }
                """
                        .formatted(provider, base));
        return ProxyServer.start(
                ProxyFile.read(file),
                folder.resolve("store.db"),
                Map.of(),
                _ -> {
                    throw new AssertionError("nothing is recorded");
                },
                Optional.empty(),
                ProxyServer.NO_STUDENTS);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private int ask(ProxyServer proxy) {
        return send(call(proxy)).statusCode();
    }

    private String reload(ProxyServer proxy) {
        return send(HttpRequest.newBuilder(at(proxy, "/admin/reload"))
                        .POST(BodyPublishers.noBody())
                        .build())
                .body();
    }

    private String get(ProxyServer proxy, String path) {
        return send(HttpRequest.newBuilder(at(proxy, path)).build()).body();
    }

    private static HttpRequest call(ProxyServer proxy) {
        String body = "{\"model\":\"r\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        return HttpRequest.newBuilder(at(proxy, "/v1/chat/completions"))
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private static URI at(ProxyServer proxy, String path) {
        return proxy.uri().resolve(path);
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
