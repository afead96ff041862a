package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.distill.files.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What TensorBoard and MLflow get of a run. */
@Tag("it")
class TrackingTest {
    private static final List<String> STEPS =
            List.of("train/loss", "train/learning_rate", "train/gradient_norm");
    private static final List<String> EPOCHS = List.of("validation/accuracy", "validation/loss");

    @TempDir private Path folder;
    private final List<Call> calls = new CopyOnWriteArrayList<>();

    private record Call(String endpoint, JsonNode body) {}

    @Test
    void aRunLeavesEventFilesForEachStudentThatItTried() throws IOException {
        JobFixture job = JobFixture.in(folder);
        job.edit(
                "job.yaml",
                text ->
                        text.replace("student: {", "student: { kind: auto,")
                                + "gate: { min_accuracy: 0.95 }\n"); // 40 items do not reach it

        JobFixture.Outcome outcome = job.run();

        assertThat(job.lastRun().resolve("report.html")).as(outcome.err()).exists();
        assertThat(events(job, "linear")).contains(EPOCHS).doesNotContain(STEPS);
        assertThat(events(job, "head")).contains(EPOCHS);
        assertThat(events(job, "encoder")).contains(EPOCHS).contains(STEPS);
    }

    private static String events(JobFixture job, String kind) throws IOException {
        try (Stream<Path> files = Files.list(job.lastRun().resolve("tensorboard").resolve(kind))) {
            Path file = files.findFirst().orElseThrow();
            assertThat(file.getFileName().toString()).startsWith("events.out.tfevents.");
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void anMlflowServerGetsTheRunWithItsSettingsFiguresAndEnd() throws Exception {
        JobFixture job = JobFixture.in(folder);
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/2.0/mlflow/", this::answer);
        server.start();
        try {
            Process process =
                    job.start(
                            Map.of(
                                    "MLFLOW_TRACKING_URI",
                                    "http://127.0.0.1:" + server.getAddress().getPort(),
                                    "MLFLOW_EXPERIMENT_NAME",
                                    "intents"));
            process.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(job.read("stderr.txt")).isZero();
        } finally {
            server.stop(0);
        }

        assertThat(bodies("experiments/create"))
                .containsExactly(Json.object().put("name", "intents"));
        assertThat(bodies("runs/create"))
                .singleElement()
                .satisfies(
                        run -> {
                            assertThat(run.path("experiment_id").asText()).isEqualTo("9");
                            assertThat(run.path("run_name").asText()).isEqualTo("tiny encoder");
                        });
        assertThat(sent("params", "key"))
                .contains("student.base", "train.learning_rate", "train.kd.alpha")
                .doesNotContain("student.head.dropout");
        assertThat(sent("params", "value")).contains("encoder", "0.001");
        assertThat(sent("metrics", "key")).containsAll(STEPS).containsAll(EPOCHS);
        assertThat(calls.getLast().endpoint).isEqualTo("runs/update");
        assertThat(calls.getLast().body.path("status").asText()).isEqualTo("FINISHED");
    }

    private List<JsonNode> bodies(String endpoint) {
        return calls.stream().filter(c -> c.endpoint.equals(endpoint)).map(Call::body).toList();
    }

    private List<String> sent(String member, String of) {
        return bodies("runs/log-batch").stream()
                .flatMap(body -> body.path(member).findValuesAsText(of).stream())
                .toList();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String endpoint = exchange.getRequestURI().getPath().replace("/api/2.0/mlflow/", "");
            byte[] text = exchange.getRequestBody().readAllBytes();
            calls.add(
                    new Call(
                            endpoint,
                            text.length == 0
                                    ? Json.object()
                                    : Json.parse(new String(text, StandardCharsets.UTF_8))));
            String answer =
                    switch (endpoint) {
                        case "experiments/create" -> "{\"experiment_id\":\"9\"}";
                        case "runs/create" -> "{\"run\":{\"info\":{\"run_id\":\"r\"}}}";
                        default -> "{}";
                    };
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            int status = endpoint.equals("experiments/get-by-name") ? 404 : 200;
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
