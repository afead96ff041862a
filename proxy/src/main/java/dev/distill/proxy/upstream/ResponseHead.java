package dev.distill.proxy.upstream;

import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The status line and headers of an answer, after RFC 9112.
 *
 * @param http11 whether it is HTTP/1.1, which keeps connections by default
 * @param headers by lower-case name; several of one name are joined by commas
 */
record ResponseHead(boolean http11, int status, Map<String, String> headers) {
    private static final int MOST_HEADERS = 256;
    private static final int MOST_INTERIM = 16;
    private static final int STATUS_END = "HTTP/1.1 200".length();

    /** What is not HTTP. */
    static final class NotHttp extends IOException {
        private static final long serialVersionUID = 1;

        NotHttp(String message) {
            super(message);
        }
    }

    /** Reads the head of the final answer; interim ones such as 103 are passed over. */
    static ResponseHead read(HttpConnection connection) throws IOException {
        for (int i = 0; i < MOST_INTERIM; i++) {
            ResponseHead head = one(connection);
            if (head.status >= 200) {
                return head;
            }
        }
        throw new NotHttp("one interim answer after the other");
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** Whether a body follows that is in chunks. */
    boolean chunked() {
        String coding = headers.get("transfer-encoding");
        return coding != null && coding.toLowerCase(Locale.ROOT).endsWith("chunked");
    }

    /**
     * The length of the body.
     *
     * @return -1 when only the end of the connection tells
     */
    long length() throws NotHttp {
        if (status == 204 || status == 304) {
            return 0;
        }
        String text = headers.get("content-length");
        if (text == null) {
            return -1;
        }
        String first = text.split(",", 2)[0].strip();
        for (String other : text.split(",", -1)) {
            if (!other.strip().equals(first)) {
                throw new NotHttp("two lengths: " + text);
            }
        }
        try {
            long length = Long.parseLong(first);
            if (length >= 0) {
                return length;
            }
        } catch (NumberFormatException _) {
            // the same as a negative one
        }
        throw new NotHttp("not a length: " + text);
    }

    /** Whether the connection may be used again once the body has been read. */
    boolean keepAlive() {
        String connection = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
        return http11 ? !connection.contains("close") : connection.contains("keep-alive");
    }

    private static ResponseHead one(HttpConnection connection) throws IOException {
        String line = connection.line();
        boolean http11 = line.startsWith("HTTP/1.1 ");
        if (!http11 && !line.startsWith("HTTP/1.0 ")) {
            throw new NotHttp("not the beginning of an HTTP answer");
        }
        return new ResponseHead(http11, status(line), headers(connection));
    }

    private static int status(String line) throws NotHttp {
        try {
            if (line.length() >= STATUS_END) {
                int status = Integer.parseInt(line, STATUS_END - 3, STATUS_END, 10);
                if (status >= 100) {
                    return status;
                }
            }
        } catch (NumberFormatException _) {
            // the same as one out of range
        }
        throw new NotHttp("an HTTP answer without a status");
    }

    private static Map<String, String> headers(HttpConnection connection) throws IOException {
        Map<String, String> headers = new HashMap<>();
        int lines = 0;
        for (String line = connection.line(); !line.isEmpty(); line = connection.line()) {
            int colon = line.indexOf(':');
            if (colon <= 0 || ++lines > MOST_HEADERS) {
                throw new NotHttp("not the headers of an HTTP answer");
            }
            headers.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip(),
                    (first, second) -> first + ", " + second);
        }
        return headers;
    }
}
