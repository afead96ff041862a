package dev.distill.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ProxyConfig;
import dev.distill.config.ProxyFile;
import dev.distill.files.Json;
import dev.distill.models.causal.ChatModel;
import dev.distill.models.causal.ChatModel.Reply;
import dev.distill.models.students.Students;
import dev.distill.proxy.Headers;
import dev.distill.proxy.LocalRoute;
import dev.distill.proxy.ProxyServer;
import dev.distill.proxy.upstream.Chunks;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.upstream.Provider;
import dev.distill.serving.ChatProvider.Asked;
import dev.distill.serving.ChatProvider.Hearer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A tiny random Llama behind a proxy on a free port. Tests may do something at each of its tokens.
 */
final class LiveStudent implements AutoCloseable {
    static final Path LLAMA = Path.of("../models/src/test/resources/golden/llama");

    /** The answers that were written to their end, batch by batch. */
    final BlockingQueue<List<Reply>> batches = new LinkedBlockingQueue<>();

    /** One for each question that the student has got. */
    final Semaphore asked = new Semaphore(0);

    /** One for each time that the proxy waits for more of an answer, and many at its end. */
    final Semaphore wanted = new Semaphore(0);

    /** Counted down when the proxy ends an answer. */
    final CountDownLatch ended = new CountDownLatch(1);

    private final AtToken atToken;
    private final ProxyServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    /** What a test does before a token is heard. */
    @FunctionalInterface
    interface AtToken {
        /**
         * @param batch counts from 1
         * @param token of an answer, counts from 1
         */
        void happens(LiveStudent student, int batch, int token) throws InterruptedException;
    }

    LiveStudent(Path folder, AtToken atToken) {
        this.atToken = atToken;
        ChatModel student = Students.loadChatModel(LLAMA);
        var answering = ChatProvider.answering(student);
        ChatProvider provider =
                new ChatProvider(
                        student,
                        InstantSource.system(),
                        batch -> {
                            int number = batches.size() + 1;
                            List<Asked> heard =
                                    batch.stream()
                                            .map(one -> new Asked(one.ask(), hearer(number, one)))
                                            .toList();
                            List<Reply> replies = answering.apply(heard);
                            batches.add(replies);
                            return replies;
                        });
        ProxyConfig config =
                ProxyFile.of(
                                Path.of("proxy.yaml").toAbsolutePath(),
                                """
                                version: 1
                                listen: "127.0.0.1:0"
                                providers: {}
                                routes: {}
                                retry: { attempts: 1 }
                                """)
                        .value();
        server =
                ProxyServer.start(
                        config,
                        folder.resolve("store.db"),
                        Map.of(),
                        List.of(
                                new LocalRoute(
                                        "tiny",
                                        "tiny",
                                        new Watched(provider),
                                        ProxyConfig.Price.of(0, 0))));
    }

    private Hearer hearer(int batch, Asked asked) {
        AtomicInteger tokens = new AtomicInteger();
        return (piece, token) -> {
            try {
                atToken.happens(this, batch, tokens.incrementAndGet());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return asked.hearer().accept(piece, token);
        };
    }

    /** Tells when an answer is ended from outside. */
    private final class Watched implements Provider {
        private final Provider provider;

        Watched(Provider provider) {
            this.provider = provider;
        }

        @Override
        public Outcome complete(String model, ObjectNode request) throws InterruptedException {
            return provider.complete(model, request);
        }

        @Override
        public Optional<Chunks> stream(String model, ObjectNode request) {
            Optional<Chunks> chunks = provider.stream(model, request).map(Ended::new);
            asked.release();
            return chunks;
        }

        @Override
        public void close() {
            provider.close();
        }
    }

    private final class Ended implements Chunks {
        private final Chunks chunks;

        Ended(Chunks chunks) {
            this.chunks = chunks;
        }

        @Override
        public Optional<Step> next(Duration most) throws InterruptedException {
            wanted.release();
            return chunks.next(most);
        }

        @Override
        public void close() {
            chunks.close();
            ended.countDown();
            wanted.release(1 << 20);
        }
    }

    /** A question that gets a varied answer. */
    static ObjectNode question(int maxTokens) {
        ObjectNode request = Json.object().put("model", "tiny").put("temperature", 1);
        request.put("max_tokens", maxTokens);
        request.putArray("messages").addObject().put("role", "user").put("content", "hello");
        return request;
    }

    /** The whole answer to a chat completion. */
    JsonNode answer(ObjectNode request) throws IOException, InterruptedException {
        return Json.parse(ask("/v1/chat/completions", request));
    }

    /** What came, as text. */
    String ask(String path, ObjectNode request) throws IOException, InterruptedException {
        return client.send(post(path, request), BodyHandlers.ofString()).body();
    }

    /** The lines of an answer as they come; closing them hangs up. */
    BufferedReader stream(String path, ObjectNode request)
            throws IOException, InterruptedException {
        HttpResponse<InputStream> response =
                client.send(post(path, request.put("stream", true)), BodyHandlers.ofInputStream());
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    /**
     * All that comes of a stream that may break, over a bare socket: the client of the JDK forgets
     * what it has received when a connection breaks.
     */
    String raw(String path, ObjectNode request) throws IOException {
        byte[] body = Json.line(request.put("stream", true)).getBytes(StandardCharsets.UTF_8);
        String head =
                "POST %s HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
                        .formatted(path, body.length);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.uri().getPort())) {
            socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(body);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private HttpRequest post(String path, ObjectNode request) {
        return HttpRequest.newBuilder(server.uri().resolve(path))
                .header(Headers.STORE, Headers.OFF)
                .POST(BodyPublishers.ofString(Json.line(request)))
                .build();
    }

    @Override
    public void close() {
        server.close();
    }
}
