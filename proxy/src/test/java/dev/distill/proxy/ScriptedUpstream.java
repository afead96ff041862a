package dev.distill.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.files.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A provider on a real socket, one virtual thread a connection, that does to each request what a
 * {@link Script} says, also what no HTTP library would do. It notices at once when the other side
 * goes away.
 */
final class ScriptedUpstream implements AutoCloseable {
    private static final Duration FOR_EVER = Duration.ZERO;

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Received> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger aborted = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile Function<Received, Script> behaviour;

    /**
     * A request as it came.
     *
     * @param headers by lower-case name
     * @param nanos when it was complete
     */
    record Received(
            String method, String path, Map<String, String> headers, String body, long nanos) {
        private static final Pattern STREAM = Pattern.compile("\"stream\"\\s*:\\s*true");

        JsonNode json() {
            try {
                return Json.parse(body);
            } catch (JsonProcessingException e) {
                throw new AssertionError("not JSON: " + body, e);
            }
        }

        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        boolean streams() {
            return STREAM.matcher(body).find()
                    || path.contains("stream"); // Gemini and Bedrock say so in the path
        }
    }

    private ScriptedUpstream(Function<Received, Script> behaviour) {
        this.behaviour = behaviour;
        try {
            server = new ServerSocket(0, 2048, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    /** Answers each request by its content. */
    static ScriptedUpstream of(Function<Received, Script> behaviour) {
        return new ScriptedUpstream(behaviour);
    }

    /** Answers one request after the other, by the last script for ever. */
    static ScriptedUpstream of(Script... scripts) {
        ScriptedUpstream upstream = new ScriptedUpstream(_ -> scripts[scripts.length - 1]);
        upstream.behave(scripts);
        return upstream;
    }

    /** Changes what it does from the next request on. */
    void behave(Function<Received, Script> how) {
        behaviour = how;
    }

    /** Changes what it does from the next request on. */
    void behave(Script... scripts) {
        AtomicInteger next = new AtomicInteger();
        behaviour = _ -> scripts[Math.min(next.getAndIncrement(), scripts.length - 1)];
    }

    /** Where it listens, with a path. */
    URI at(String path) {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + path);
    }

    /** What it was asked, in order. */
    List<Received> requests() {
        return List.copyOf(requests);
    }

    /** How many connections are open now, idle ones too. */
    int open() {
        return open.size();
    }

    /** How many connections were ever made. */
    int accepted() {
        return accepted.get();
    }

    /** How many answers the other side did not want to hear to their end. */
    int aborted() {
        return aborted.get();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
        threads.close();
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                accepted.incrementAndGet();
                open.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            PushbackInputStream in =
                    new PushbackInputStream(new BufferedInputStream(socket.getInputStream()), 1);
            while (true) {
                Received request = read(in);
                requests.add(request);
                if (!play(behaviour.apply(request), socket, in)) {
                    return;
                }
            }
        } catch (IOException _) {
            // the other side has gone between two requests
        } finally {
            open.remove(socket);
        }
    }

    /** Whether the connection can take another request. */
    private boolean play(Script script, Socket socket, PushbackInputStream in) {
        try {
            OutputStream out = socket.getOutputStream();
            for (Script.Step step : script.steps()) {
                switch (step) {
                    case Script.Step.Write(byte[] bytes) -> out.write(bytes);
                    case Script.Step.Event(byte[] bytes) -> out.write(Script.chunk(bytes));
                    case Script.Step.LastChunk() ->
                            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    case Script.Step.Pause(Duration duration) -> idle(duration, socket, in);
                    case Script.Step.Silence() -> idle(FOR_EVER, socket, in);
                    case Script.Step.Reset() -> {
                        socket.setSoLinger(true, 0);
                        return false;
                    }
                    case Script.Step.Close() -> {
                        return false;
                    }
                }
            }
            return true;
        } catch (IOException _) {
            aborted.incrementAndGet();
            return false;
        }
    }

    /** Waits with an ear on the connection. */
    private static void idle(Duration duration, Socket socket, PushbackInputStream in)
            throws IOException {
        socket.setSoTimeout((int) duration.toMillis());
        try {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("the other side has gone");
            }
            in.unread(next);
        } catch (SocketTimeoutException _) {
            // the time is up
        } finally {
            socket.setSoTimeout(0);
        }
    }

    private static Received read(InputStream in) throws IOException {
        String[] first = line(in).split(" ", -1);
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        byte[] body =
                headers.containsKey("transfer-encoding")
                        ? chunked(in)
                        : in.readNBytes(
                                Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Received(
                first[0],
                first[1],
                Map.copyOf(headers),
                new String(body, StandardCharsets.UTF_8),
                System.nanoTime());
    }

    private static byte[] chunked(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int length = Integer.parseInt(line(in), 16);
            body.writeBytes(in.readNBytes(length));
            line(in);
            if (length == 0) {
                return body.toByteArray();
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("the connection has ended");
            }
            if (next == '\n') {
                return line.toString();
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
    }
}
