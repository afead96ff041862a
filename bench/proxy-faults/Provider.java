import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/**
 * A model provider: {@code java Provider.java PORT}. Answers chat completions after 20 ms, as a
 * stream of 100 tokens with 20 ms between them when the request asks for one.
 */
class Provider {
    static final long LATENCY_MILLIS = 20;
    static final int TOKENS = 100;

    /** Requests that wait for a connection. */
    static final int BACKLOG = 4096;

    static final String WHOLE =
            """
            {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"fake","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}""";

    public static void main(String[] args) throws Exception {
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])),
                        BACKLOG);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", Provider::answer);
        server.start();
        System.out.println("listening");
    }

    static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String request =
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            pause();
            boolean stream = request.contains("\"stream\":true");
            exchange.getResponseHeaders()
                    .add("content-type", stream ? "text/event-stream" : "application/json");
            if (stream) {
                exchange.sendResponseHeaders(200, 0);
                stream(exchange.getResponseBody());
            } else {
                byte[] body = WHOLE.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        }
    }

    static void stream(OutputStream out) throws IOException {
        for (int i = 0; i < TOKENS; i++) {
            event(out, "[{\"index\":0,\"delta\":{\"content\":\"t%d \"},\"finish_reason\":null}]".formatted(i), "null");
            pause();
        }
        event(out, "[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]", "null");
        event(out, "[]", "{\"prompt_tokens\":10,\"completion_tokens\":100,\"total_tokens\":110}");
        out.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
    }

    static void event(OutputStream out, String choices, String usage) throws IOException {
        String event =
                "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"fake\",\"choices\":%s,\"usage\":%s}\n\n"
                        .formatted(choices, usage);
        out.write(event.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    static void pause() {
        try {
            Thread.sleep(LATENCY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
