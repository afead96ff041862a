package dev.distill.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.distill.files.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A small but whole job in a folder: 60 requests, 40 gold items, two labels, a recorded teacher
 * that is always right, and a tiny random BERT to start from. A test changes a file and runs the
 * command.
 */
final class JobFixture {
    static final int REQUESTS = 60;
    static final int GOLD = 40;

    private static final Path TINY_BERT = Path.of("../models/src/test/resources/golden/bert");
    private static final List<String> SHIPPING =
            List.of("where is", "not arrived:", "how long for");
    private static final List<String> REFUND =
            List.of("money back", "pay me back", "cancel and return");

    private final Path folder;

    private JobFixture(Path folder) {
        this.folder = folder;
    }

    /** What a command left behind. */
    record Outcome(int code, String out, String err) {
        /** Standard output as one JSON object a line, of the given {@code type}. */
        List<JsonNode> events(String type) {
            List<JsonNode> events = new ArrayList<>();
            for (String line : out.lines().toList()) {
                try {
                    JsonNode event = Json.parse(line);
                    if (event.path("type").asText().equals(type)) {
                        events.add(event);
                    }
                } catch (JsonProcessingException e) {
                    throw new IllegalStateException("not an event: " + line, e);
                }
            }
            return events;
        }
    }

    static JobFixture in(Path folder) {
        JobFixture job = new JobFixture(folder);
        StringBuilder requests = new StringBuilder();
        StringBuilder gold = new StringBuilder();
        StringBuilder cassette = new StringBuilder();
        for (int i = 0; i < REQUESTS + GOLD; i++) {
            String text = text(i);
            if (i < REQUESTS) {
                requests.append("{\"id\":\"r%d\",\"text\":\"%s\"}%n".formatted(i, text));
            } else {
                gold.append(
                        "{\"id\":\"g%d\",\"text\":\"%s\",\"label\":\"%s\"}%n"
                                .formatted(i, text, label(i)));
            }
            cassette.append(recording(text, label(i))).append('\n');
        }
        job.write("requests.jsonl", requests.toString());
        job.write("gold.jsonl", gold.toString());
        job.write("teacher.jsonl", cassette.toString());
        job.write("labels.txt", "shipping\nrefund\n");
        job.write("prompt.md", "Name one of: {{labels}}\n");
        job.write(
                "proxy.yaml",
                """
                version: 1
                listen: 127.0.0.1:0
                providers:
                  recorded: { kind: replay, cassette: teacher.jsonl }
                routes:
                  teacher: [ { provider: recorded, model: big } ]
                prices:
                  big: { input: 2, output: 8 }
                """);
        job.write(
                "job.yaml",
                """
                version: 1
                name: tiny
                task: { labels: labels.txt, prompt: prompt.md }
                data:
                  source: requests.jsonl
                  gold: gold.jsonl
                  columns: { id: id }
                  split: { validation: 0.2 }
                teacher: { concurrency: 4 }
                student: { base: %s, max_length: 32 }
                train: { num_train_epochs: 2, learning_rate: 1e-3, per_device_train_batch_size: 8 }
                evaluate: { latency: { requests: 20, concurrency: [1] } }
                publish: { to: registry }
                """
                        .formatted(TINY_BERT.toAbsolutePath().normalize()));
        return job;
    }

    static String text(int i) {
        List<String> openings = i % 2 == 0 ? SHIPPING : REFUND;
        return openings.get(i / 2 % openings.size()) + " order " + (1000 + i);
    }

    static String label(int i) {
        return i % 2 == 0 ? "shipping" : "refund";
    }

    /** A line of a cassette: what was asked, and what was answered. */
    static String recording(String text, String label) {
        return """
               {"user":"%s","model":"big-1","latency_ms":500,"status":200,"body":%s}"""
                .formatted(text, completion(label));
    }

    /** A chat completion that answers {@code content}. */
    static String completion(String content) {
        return """
               {"id":"c","object":"chat.completion","model":"big-1","choices":[{"index":0,\
               "message":{"role":"assistant","content":%s},"finish_reason":"stop"}],\
               "usage":{"prompt_tokens":100,"completion_tokens":2,"total_tokens":102}}"""
                .formatted(Json.line(TextNode.valueOf(content)));
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    void write(String name, String text) {
        try {
            Files.writeString(file(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String read(String name) {
        try {
            return Files.readString(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes a file. */
    void edit(String name, UnaryOperator<String> change) {
        String before = read(name);
        String after = change.apply(before);
        if (after.equals(before)) {
            throw new IllegalArgumentException("nothing changed in " + name);
        }
        write(name, after);
    }

    /** Runs {@code distill run job.yaml} with its events on standard output. */
    Outcome runJson() {
        return distill("run", job(), "--json", "--home", home(), "--runs", runs());
    }

    /** Runs {@code distill run job.yaml}. */
    Outcome run() {
        return distill("run", job(), "--home", home(), "--runs", runs());
    }

    /**
     * Starts {@code distill run job.yaml} as a process of its own, with its events on standard
     * output and {@code stderr.txt} for its errors.
     */
    Process start(Map<String, String> environment) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dai.djl.offline=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "run",
                        job(),
                        "--json",
                        "--home",
                        home(),
                        "--runs",
                        runs());
        builder.directory(folder.toFile());
        builder.redirectError(file("stderr.txt").toFile());
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Runs {@code distill plan job.yaml}. */
    Outcome plan() {
        return distill("plan", job(), "--home", home());
    }

    static Outcome distill(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), false, false);
        int code = Main.execute(terminal, arguments);
        return new Outcome(code, out.toString(), err.toString());
    }

    /** The newest run's folder. */
    Path lastRun() {
        try (Stream<Path> runs = Files.list(file("runs/tiny"))) {
            return runs.max(Path::compareTo).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String job() {
        return file("job.yaml").toString();
    }

    private String home() {
        return file("home").toString();
    }

    private String runs() {
        return file("runs").toString();
    }

    /** A message with this fixture's folder taken out, so that it can be compared. */
    String withoutFolder(String text) {
        return text.replace(folder + "/", "").replace("\r\n", "\n").toLowerCase(Locale.ROOT);
    }
}
