package dev.distill.models.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** A hub with one repository, and a second server to which it redirects for large files. */
final class FakeHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final String API = "/api/models/org/tiny/revision/";

    private final HttpServer hub;
    private final HttpServer store;
    private final Map<String, byte[]> files = new TreeMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Deque<Integer> statuses = new ArrayDeque<>();
    private String wrongDigestOf = "";
    private int cutAfter = Integer.MAX_VALUE;
    private int stallAfter;
    private int stalls;
    private boolean closed;
    private final CountDownLatch end = new CountDownLatch(1);

    FakeHub() throws IOException {
        hub = start(this::answer);
        store = start(this::content);
    }

    private static HttpServer start(HttpHandler handler) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", handler);
        server.start();
        return server;
    }

    FakeHub file(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    FakeHub file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** What the next requests to the hub get instead of an answer. */
    FakeHub statuses(Integer... next) {
        statuses.addAll(Arrays.asList(next));
        return this;
    }

    FakeHub damages(String file) {
        wrongDigestOf = file;
        return this;
    }

    /** The next large file breaks off after so many bytes. */
    FakeHub cutsOnceAfter(int bytes) {
        cutAfter = bytes;
        return this;
    }

    /** The next large files fall silent after so many more bytes, so many times. */
    FakeHub stallsAfter(int bytes, int times) {
        stallAfter = bytes;
        stalls = times;
        return this;
    }

    /** Paths with what they asked for: {@code hub|store PATH [range] [token]}. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    HubSettings settings(Optional<String> token) {
        return new HubSettings(URI.create(address(hub)), token);
    }

    private static String address(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void note(String who, HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        String token = exchange.getRequestHeaders().getFirst("Authorization");
        requests.add(
                who
                        + " "
                        + exchange.getRequestURI().getPath()
                        + (range == null ? "" : " " + range)
                        + (token == null ? "" : " " + token));
    }

    private void answer(HttpExchange exchange) throws IOException {
        note("hub", exchange);
        String path = exchange.getRequestURI().getPath();
        Integer status = statuses.poll();
        if (status != null) {
            exchange.getResponseHeaders().set("Retry-After", "3");
            send(exchange, status, new byte[0]);
        } else if (path.equals(API + "main") || path.equals(API + COMMIT)) {
            send(exchange, 200, Json.bytes(listing()));
        } else if (path.startsWith("/api/models/org/tiny/")) {
            exchange.getResponseHeaders().set("X-Error-Code", "RevisionNotFound");
            send(exchange, 404, new byte[0]);
        } else if (path.startsWith("/org/tiny/resolve/" + COMMIT + "/")) {
            String name = path.substring(path.lastIndexOf('/') + 1);
            if (name.endsWith(".safetensors")) {
                exchange.getResponseHeaders().set("Location", address(store) + "/" + name);
                send(exchange, 302, new byte[0]);
            } else {
                send(exchange, 200, content(name));
            }
        } else {
            send(exchange, 404, new byte[0]);
        }
    }

    private byte[] content(String name) {
        return Objects.requireNonNull(files.get(name), name);
    }

    private JsonNode listing() {
        var json = Json.object().put("sha", COMMIT);
        var siblings = json.putArray("siblings");
        files.forEach(
                (name, content) -> {
                    var file = siblings.addObject().put("rfilename", name);
                    file.put("size", content.length);
                    if (name.endsWith(".safetensors")) {
                        String digest =
                                Digest.of(name.equals(wrongDigestOf) ? new byte[0] : content).hex();
                        file.putObject("lfs").put("sha256", digest);
                    }
                });
        return json;
    }

    private void content(HttpExchange exchange) throws IOException {
        note("store", exchange);
        byte[] content = content(exchange.getRequestURI().getPath().substring(1));
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=|-", ""));
        if (cutAfter < content.length) {
            exchange.sendResponseHeaders(200, content.length);
            OutputStream out = exchange.getResponseBody();
            out.write(content, 0, cutAfter);
            out.flush();
            cutAfter = Integer.MAX_VALUE;
            exchange.close(); // fewer bytes than promised: the connection is closed
            return;
        }
        if (stalls > 0) {
            stalls--;
            exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
            OutputStream out = exchange.getResponseBody();
            out.write(content, from, stallAfter);
            out.flush();
            untilTheEnd();
            return;
        }
        send(
                exchange,
                range == null ? 200 : 206,
                Arrays.copyOfRange(content, from, content.length));
    }

    private void untilTheEnd() {
        try {
            end.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            end.countDown();
            hub.stop(0);
            store.stop(0);
        }
    }
}
