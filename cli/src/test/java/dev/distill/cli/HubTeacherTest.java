package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.distill.config.ExitCode;
import dev.distill.files.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A teacher in the process that comes from the hub, which is a folder on loopback here. */
@Tag("it")
class HubTeacherTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final Path LLAMA =
            Path.of("../models/src/test/resources/golden/llama").toAbsolutePath().normalize();

    @TempDir private Path folder;
    private JobFixture job;
    private HttpServer hub;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws IOException {
        hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.createContext("/", this::answer);
        hub.start();
        job = JobFixture.in(folder);
        teacher("hf://org/big@v2");
    }

    @AfterEach
    void stop() {
        hub.stop(0);
    }

    @Test
    void theTeacherIsFetchedBeforeAnythingIsAskedAndTeaches() throws Exception {
        int code = distill("run", "job.yaml", "--json", "--home", "home", "--runs", "runs");

        assertThat(code).as(job.read("stderr.txt")).isIn(0, 1, 7);
        assertThat(requests).contains("/org/big/resolve/" + COMMIT + "/model.safetensors");
        assertThat(folder.resolve("home/hub/org--big/" + COMMIT + "/model.safetensors")).exists();
        assertThat(job.read("stdout.txt")).contains("\"stage\":\"train\"");
        assertThat(job.lastRun().resolve("model/model.safetensors")).exists();
    }

    @Test
    void aTeacherThatTheHubDoesNotHaveEndsTheRunBeforeAnythingIsAsked() throws Exception {
        teacher("hf://org/nobody");

        int code = distill("run", "job.yaml", "--json", "--home", "home", "--runs", "runs");

        assertThat(code).isEqualTo(ExitCode.INVALID_INPUT.code());
        assertThat(job.read("stderr.txt"))
                .contains("there is no repository org/nobody with revision main");
        assertThat(job.read("stdout.txt")).doesNotContain("\"stage\":\"query\"");
    }

    @Test
    void aTeacherThatIsNoFolderEndsTheRunBeforeAnythingIsAsked() throws Exception {
        teacher("nowhere");

        int code = distill("run", "job.yaml", "--json", "--home", "home", "--runs", "runs");

        assertThat(code).isEqualTo(ExitCode.INVALID_INPUT.code());
        assertThat(job.read("stderr.txt"))
                .contains("student.causal_lm.teacher names", "nowhere, which is no folder");
        assertThat(job.read("stdout.txt")).doesNotContain("\"stage\":\"query\"");
    }

    private void teacher(String teacher) {
        job.edit(
                "job.yaml",
                text ->
                        text.replaceAll(
                                        "(?m)^student: .*$",
                                        "student: { kind: causal-lm, base: %s, max_length: 96, causal_lm: { method: full, teacher: \"%s\" } }"
                                                .formatted(LLAMA, teacher))
                                .replaceAll(
                                        "(?m)^train: .*$",
                                        "train: { num_train_epochs: 1, kd: { loss: forward_kl, alpha: 0.5 } }"));
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(path);
        byte[] body = new byte[0];
        int status = 404;
        if (path.equals("/api/models/org/big/revision/v2")) {
            status = 200;
            body = Json.bytes(listing());
        } else if (path.startsWith("/org/big/resolve/" + COMMIT + "/")) {
            status = 200;
            body = Files.readAllBytes(LLAMA.resolve(path.substring(path.lastIndexOf('/') + 1)));
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static ObjectNode listing() throws IOException {
        ObjectNode listing = Json.object().put("sha", COMMIT);
        ArrayNode siblings = listing.putArray("siblings");
        try (Stream<Path> files = Files.list(LLAMA)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                siblings.addObject()
                        .put("rfilename", String.valueOf(file.getFileName()))
                        .put("size", Files.size(file));
            }
        }
        return listing;
    }

    /** In a process of its own, whose environment names the hub. */
    private int distill(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-Dai.djl.offline=true");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.redirectOutput(job.file("stdout.txt").toFile());
        builder.redirectError(job.file("stderr.txt").toFile());
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        builder.environment().put("HF_ENDPOINT", "http://127.0.0.1:" + hub.getAddress().getPort());
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
