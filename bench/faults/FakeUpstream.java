import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.Executors;

/**
 * A model provider that keeps books: {@code java FakeUpstream.java PORT LOG}.
 *
 * <p>Answers every POST as an OpenAI chat completion after about 50 ms; the answer is one of {@code
 * label-0} to {@code label-3} and depends on the request's bytes alone. LOG gets a line {@code asked
 * DIGEST} when a request has been read and {@code answered DIGEST} when its answer has been written.
 */
class FakeUpstream {
    static final long LATENCY_MILLIS = 50;

    /** Requests that wait for a connection; more than a client keeps in flight. */
    static final int BACKLOG = 1024;

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        // Opened for appending, because the fault script writes its own lines between ours.
        var log =
                new PrintWriter(
                        Files.newBufferedWriter(
                                Path.of(args[1]), StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                        true);
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        server.createContext("/", exchange -> answer(exchange, log));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        System.out.println("listening on port " + server.getAddress().getPort());
    }

    static void answer(HttpExchange exchange, PrintWriter log) throws IOException {
        try (exchange) {
            byte[] request = exchange.getRequestBody().readAllBytes();
            String digest = digest(request);
            log.println("asked " + digest);
            Thread.sleep(LATENCY_MILLIS);
            byte[] body = completion(digest, request.length).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.getResponseBody().flush();
            log.println("answered " + digest);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static String completion(String digest, int requestLength) {
        int label = Character.digit(digest.charAt(0), 16) % 4;
        return """
        {"id":"chatcmpl-%s","object":"chat.completion","created":0,"model":"fake","choices":[{"index":0,\
        "message":{"role":"assistant","content":"label-%d"},"finish_reason":"stop"}],\
        "usage":{"prompt_tokens":%d,"completion_tokens":3,"total_tokens":%d}}"""
                .formatted(digest.substring(0, 24), label, requestLength / 4, requestLength / 4 + 3);
    }

    static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
