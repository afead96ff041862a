package dev.distill.proxy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client that sends whatever bytes it is told to. */
final class RawHttp implements AutoCloseable {
    private static final int LIMIT_MILLIS = 10_000;

    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *([0-9]+) *$");

    private final Socket socket;

    /** Over a connection that there is. */
    RawHttp(Socket socket) {
        this.socket = socket;
    }

    RawHttp(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(LIMIT_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends bytes and reads until the other side closes. */
    static String exchange(int port, String bytes) {
        try (RawHttp http = new RawHttp(port)) {
            http.send(bytes);
            return http.readAll();
        }
    }

    /** Sends bytes, if the other side still takes them. */
    void send(String bytes) {
        try {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
        } catch (IOException _) {
            // it has said all it had to say, and closed
        }
    }

    /** Closes its side, and goes on listening. */
    void sendsNoMore() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whatever comes until the other side closes, or says nothing for long. */
    String readAll() {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try {
            for (int next = socket.getInputStream().read();
                    next >= 0;
                    next = socket.getInputStream().read()) {
                read.write(next);
            }
        } catch (SocketTimeoutException _) {
            read.writeBytes("[still open]".getBytes(StandardCharsets.UTF_8));
        } catch (IOException _) {
            // reset: what there is counts
        }
        return read.toString(StandardCharsets.UTF_8);
    }

    /** A response, whole or in chunks, as far as it comes. */
    LiveProxy.Streamed readResponse() {
        String head = "";
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean clean = false;
        try {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            head = head(in);
            clean = body(head, in, body);
        } catch (IOException _) {
            // broken: what there is counts
        }
        String[] lines = head.split("\r\n", -1);
        Map<String, List<String>> headers = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            String[] parts = lines[i].split(": ?", 2);
            headers.computeIfAbsent(parts[0], _ -> new ArrayList<>()).add(parts[1]);
        }
        return new LiveProxy.Streamed(
                lines.length < 2 ? 0 : Integer.parseInt(lines[0].split(" ", -1)[1]),
                HttpHeaders.of(headers, (_, _) -> true),
                body.toString(StandardCharsets.UTF_8),
                clean);
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            head.append(head.isEmpty() ? "" : "\r\n").append(line);
        }
        return head.toString();
    }

    /** Whether it came to its proper end. */
    private static boolean body(String head, InputStream in, ByteArrayOutputStream body)
            throws IOException {
        Matcher length = LENGTH.matcher(head);
        if (length.find()) {
            int expected = Integer.parseInt(length.group(1));
            byte[] bytes = in.readNBytes(expected);
            body.writeBytes(bytes);
            return bytes.length == expected;
        }
        while (true) {
            int chunk = Integer.parseInt(line(in), 16);
            byte[] bytes = in.readNBytes(chunk);
            body.writeBytes(bytes);
            if (bytes.length < chunk) {
                return false;
            }
            line(in);
            if (chunk == 0) {
                return true;
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection has ended");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
