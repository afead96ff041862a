package dev.distill.proxy.upstream;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A provider that answers byte by byte as a test says. */
final class RawServer implements AutoCloseable {
    private final ServerSocket socket;
    private final Behaviour behaviour;
    private final AtomicInteger connections = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);

    /** What happens on a request. */
    interface Behaviour {
        void answer(Exchange exchange) throws IOException, InterruptedException;
    }

    /** A request and its connection; {@code number} counts the requests of the server from 1. */
    record Exchange(RawServer server, Socket socket, String request, int number) {
        void say(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
        }

        void answer(String body) throws IOException {
            say("HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
        }

        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Says nothing until the test is over. */
        void stayThere() throws InterruptedException {
            server.closing.await();
        }
    }

    RawServer(Behaviour behaviour) {
        this(plain(), behaviour);
    }

    RawServer(ServerSocket socket, Behaviour behaviour) {
        this.socket = socket;
        this.behaviour = behaviour;
        Thread.ofVirtual().start(this::accept);
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/v1");
    }

    int port() {
        return socket.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    /** Connections that are still open. */
    int open() {
        return open.size();
    }

    /** The requests, head and body. */
    List<String> requests() {
        return requests;
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            socket.close();
            for (Socket one : open) {
                one.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ServerSocket plain() {
        try {
            return new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket one = socket.accept();
                connections.incrementAndGet();
                open.add(one);
                Thread.ofVirtual().start(() -> serve(one));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(Socket one) {
        try (one) {
            InputStream in = new BufferedInputStream(one.getInputStream());
            for (String request = read(in); request != null; request = read(in)) {
                requests.add(request);
                behaviour.answer(new Exchange(this, one, request, requests.size()));
                if (one.isClosed()) {
                    return;
                }
            }
        } catch (IOException | InterruptedException _) {
            // the other side has gone
        } finally {
            open.remove(one);
        }
    }

    private static @Nullable String read(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        String text = "";
        while (!text.endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            head.write(b);
            text = b == '\n' ? head.toString(StandardCharsets.UTF_8) : "";
        }
        String length =
                text.toLowerCase(Locale.ROOT).replaceAll("(?s).*content-length: (\\d+).*", "$1");
        return text + new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8);
    }
}
