import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Many callers: {@code java Crowd.java PORT COUNT}. Each opens a connection, waits for the others,
 * asks once, and keeps its connection open until all are answered; then all connections are reset.
 * Prints how many got which status; fails when somebody got no answer, or a refusal without a
 * reason.
 */
class Crowd {
    static final String BODY =
            "{\"model\":\"chat\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    static final String REQUEST =
            "POST /v1/chat/completions HTTP/1.1\r\nhost: crowd\r\ncontent-type: application/json\r\ncontent-length: "
                    + BODY.length()
                    + "\r\n\r\n"
                    + BODY;

    static final int ANSWER_MILLIS = 60_000;

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        int count = Integer.parseInt(args[1]);
        Map<String, Integer> outcomes = new ConcurrentHashMap<>();
        CountDownLatch connected = new CountDownLatch(count);
        CountDownLatch answered = new CountDownLatch(count);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                callers.execute(() -> outcomes.merge(call(port, connected, answered), 1, Integer::sum));
            }
        }
        System.out.println(outcomes);
        boolean good = outcomes.keySet().stream().allMatch(Crowd::good);
        System.exit(good && outcomes.getOrDefault("200", 0) > count / 4 ? 0 : 1);
    }

    static boolean good(String outcome) {
        return outcome.equals("200") || outcome.contains("with a reason");
    }

    static String call(int port, CountDownLatch connected, CountDownLatch answered) {
        String outcome;
        try (Socket socket = new Socket()) {
            socket.setSoLinger(true, 0);
            socket.setSoTimeout(ANSWER_MILLIS);
            try {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), ANSWER_MILLIS);
            } finally {
                connected.countDown();
            }
            connected.await(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
            try {
                socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
                outcome = answer(new BufferedInputStream(socket.getInputStream()));
            } finally {
                answered.countDown();
            }
            answered.await(2 * ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (IOException | InterruptedException e) {
            outcome = e.toString();
        }
        return outcome;
    }

    static String answer(InputStream in) throws IOException {
        String status = line(in).split(" ")[1];
        int length = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        return status.equals("200") ? status : status + (body.contains("\"error\"") ? " with a reason: " + code(body) : " " + body);
    }

    static String code(String body) {
        int start = body.indexOf("\"code\":\"") + 8;
        return body.substring(start, body.indexOf('"', start));
    }

    static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the connection ended");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }
}
