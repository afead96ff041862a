package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.config.ExitCode;
import dev.distill.files.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code distill proxy} with students among its providers. */
@Tag("it")
class StudentProxyTest {
    private static final Path GOLDEN =
            Path.of("../models/src/test/resources/golden").toAbsolutePath().normalize();
    private static final String QUESTION =
            "\"max_tokens\":12,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

    @TempDir private Path folder;

    @Test
    void studentsAnswerCallersInTheirDialectsAndALanguageModelStreams() throws Exception {
        Process proxy = start(GOLDEN.resolve("llama"));
        try {
            URI uri = URI.create(listening(proxy));
            String stream = "{\"model\":\"writer\",\"stream\":true,\"temperature\":1," + QUESTION;
            assertThat(ask(uri, "/v1/chat/completions", stream))
                    .endsWith("data: [DONE]\n\n")
                    .satisfies(
                            events ->
                                    assertThat(events.split("\"content\":")).hasSizeGreaterThan(8));
            assertThat(ask(uri, "/v1/messages", stream))
                    .contains("event: message_stop")
                    .satisfies(
                            events -> assertThat(events.split("text_delta")).hasSizeGreaterThan(8));
            String label = ask(uri, "/v1/chat/completions", "{\"model\":\"judge\"," + QUESTION);
            assertThat(Json.parse(label).at("/choices/0/message/content").asText()).isNotEmpty();
        } finally {
            proxy.destroy();
            assertThat(proxy.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aFolderWithoutAStudentEndsTheProxyAtOnce() throws Exception {
        Path empty = Files.createDirectory(folder.resolve("empty"));

        Process proxy = start(empty);

        assertThat(proxy.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(proxy.exitValue()).isEqualTo(ExitCode.INVALID_INPUT.code());
        assertThat(Files.readString(folder.resolve("stderr.txt"))).contains("config.json");
    }

    private Process start(Path writer) throws IOException {
        Path file = folder.resolve("proxy.yaml");
        Files.writeString(
                file,
                """
                version: 1
                listen: 127.0.0.1:0
                providers:
                  writer: { kind: student, folder: "%s" }
                  judge: { kind: student, folder: "%s" }
                routes:
                  writer: [ { provider: writer, model: llama } ]
                  judge: [ { provider: judge, model: bert } ]
                """
                        .formatted(writer, GOLDEN.resolve("bert")));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-Dai.djl.offline=true");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.addAll(List.of("proxy", file.toString(), "--home", folder.toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(folder.resolve("stderr.txt").toFile());
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        return builder.start();
    }

    private static String listening(Process proxy) throws IOException {
        String line = String.valueOf(proxy.inputReader().readLine());
        assertThat(line).startsWith("listening on ");
        return line.substring("listening on ".length());
    }

    private static String ask(URI uri, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(uri.resolve(path))
                        .POST(BodyPublishers.ofString(body))
                        .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }
}
