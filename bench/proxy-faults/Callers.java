import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Callers without pause: {@code java Callers.java PORT LOG COUNT}. The even ones of COUNT ask for the
 * job {@code books}, the others for nobody. LOG gets {@code MILLIS job|nobody REQUEST-ID} for every
 * answer, with the moment it came. They end with their first failure, which is the proxy's death.
 */
class Callers {
    public static void main(String[] args) throws Exception {
        URI at = URI.create("http://127.0.0.1:" + args[0] + "/v1/chat/completions");
        int count = Integer.parseInt(args[2]);
        try (PrintWriter log =
                        new PrintWriter(
                                Files.newBufferedWriter(
                                        Path.of(args[1]),
                                        StandardCharsets.UTF_8,
                                        StandardOpenOption.CREATE,
                                        StandardOpenOption.APPEND));
                HttpClient client = HttpClient.newHttpClient();
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            System.out.println("asking");
            for (int i = 0; i < count; i++) {
                boolean job = i % 2 == 0;
                callers.execute(() -> ask(client, at, job, log));
            }
        }
    }

    static void ask(HttpClient client, URI at, boolean job, PrintWriter log) {
        try {
            while (true) {
                HttpRequest.Builder request =
                        HttpRequest.newBuilder(at)
                                .header("content-type", "application/json")
                                .POST(BodyPublishers.ofString(body()));
                if (job) {
                    request.header("x-distill-job", "books");
                }
                HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
                if (answer.statusCode() != 200) {
                    System.err.println(answer.statusCode() + " " + answer.body());
                    continue;
                }
                String id = answer.headers().firstValue("x-request-id").orElseThrow();
                synchronized (log) {
                    log.println(System.currentTimeMillis() + (job ? " job " : " nobody ") + id);
                    log.flush();
                }
            }
        } catch (IOException e) {
            // the proxy is dead
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static String body() {
        return "{\"model\":\"chat\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                .formatted(java.util.UUID.randomUUID());
    }
}
