package dev.distill.proxy.upstream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Canonical;
import dev.distill.proxy.wire.Dialect;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Recorded answers. A line of the file is {@code {"request": "9f…", "user": …, "model": …,
 * "latency_ms": 612, "status": 200, "body": {…}}}, all of it in the dialect of OpenAI chat
 * completions. A streamed answer has {@code "events": [{"after_ms": 12, "data": "…"}]} instead of
 * the body, with the time since the event before.
 *
 * <p>{@code request} is {@link Canonical#digest}: such an answer is for that request alone, system
 * prompt, history and parameters included, and the same request may have several. Without it, as in
 * a file that somebody has written by hand, the one answer is for every request whose last user
 * message has the text of {@code user}, so that it survives a changed prompt.
 */
public final class Cassette {
    /** Problems shown at once; more of them say nothing new. */
    private static final int MOST_PROBLEMS = 20;

    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    /**
     * One recorded answer.
     *
     * @param latencyMillis to its end
     * @param body JSON text, empty for a streamed answer
     * @param events those of a streamed answer, {@code [DONE]} included; else empty
     */
    public record Recording(
            int line,
            String model,
            long latencyMillis,
            int status,
            String body,
            List<Chunk> events) {
        public Recording {
            events = List.copyOf(events);
        }

        /** The same answer as a whole. */
        public String whole() {
            return events.isEmpty()
                    ? body
                    : Json.line(ChatChunks.fold(events.stream().map(Chunk::data).toList()));
        }
    }

    /**
     * An event of a stream.
     *
     * @param afterMillis since the one before, or since the request
     */
    public record Chunk(long afterMillis, String data) {}

    private final Digest digest;
    private final Lines lines;

    private Cassette(Digest digest, Lines lines) {
        this.digest = digest;
        this.lines = lines;
    }

    /** What has been read. */
    private record Lines(
            Map<String, List<Recording>> byRequest,
            Map<String, Recording> byText,
            Map<String, Integer> otherRequests) {
        Lines() {
            this(new HashMap<>(), new HashMap<>(), new HashMap<>());
        }
    }

    /**
     * Reads a whole file.
     *
     * @throws UserError with the place of every malformed line and every second answer to a message
     *     where no request tells them apart
     */
    public static Cassette load(Path file) {
        Lines lines = new Lines();
        List<Problem> problems = new ArrayList<>();
        byte[] content = read(file);
        try (BufferedReader reader = utf8(content)) {
            int number = 0;
            for (String line = reader.readLine();
                    line != null && problems.size() < MOST_PROBLEMS;
                    line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    Location at = Location.of(file, number);
                    add(lines, line, at).ifPresent(text -> problems.add(Problem.at(at, text)));
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        if (!problems.isEmpty()) {
            throw new UserError(ExitCode.INVALID_INPUT, problems);
        }
        return new Cassette(Digest.of(content), lines);
    }

    /** What an answer is recorded under: the whole request but for its model. */
    static String requestDigest(ObjectNode request) {
        return Canonical.of(Dialect.OPENAI_CHAT, request).digest().hex();
    }

    /** The text of the last user message, which answers without a request are found by. */
    public static String userText(ObjectNode request) {
        String text = "";
        for (JsonNode message : request.path("messages")) {
            if (message.path("role").asText().equals("user")) {
                text = text(message.path("content"));
            }
        }
        return text;
    }

    private static String text(JsonNode content) {
        if (content.isTextual()) {
            return content.textValue();
        }
        StringBuilder text = new StringBuilder();
        content.forEach(part -> text.append(part.path("text").asText()));
        return text.toString();
    }

    /** The answers to a request in the order in which they were recorded; empty without any. */
    List<Recording> answers(String requestDigest) {
        return lines.byRequest().getOrDefault(requestDigest, List.of());
    }

    /** The recording for a user message, in whatever request. */
    public Optional<Recording> find(String userText) {
        return Optional.ofNullable(lines.byText().get(userText));
    }

    /** The line of an answer to the same user message, but in another request. */
    Optional<Integer> otherRequest(String userText) {
        return Optional.ofNullable(lines.otherRequests().get(userText));
    }

    /**
     * The name under which the recorded answers of a model are stored. It holds the content of the
     * cassette, so that other recordings are other answers, and never those of the model itself.
     */
    public String storedAs(String model) {
        return storedAs(model, digest);
    }

    /**
     * The same for a file that is not loaded.
     *
     * @throws UserError when it cannot be read
     */
    public static String storedAs(String model, Path file) {
        return storedAs(model, Digest.of(read(file)));
    }

    private static String storedAs(String model, Digest content) {
        return model + "@cassette-" + content.brief();
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Decodes strictly: what is not UTF-8 is an exception. */
    private static BufferedReader utf8(byte[] content) {
        return new BufferedReader(
                new InputStreamReader(
                        new ByteArrayInputStream(content), StandardCharsets.UTF_8.newDecoder()));
    }

    private static UserError unreadable(Path file, IOException cause) {
        Problem problem =
                Problem.at(Location.of(file), "cannot read the cassette: " + cause)
                        .withHint("it must be a readable JSONL file in UTF-8");
        return new UserError(ExitCode.INVALID_INPUT, problem, cause);
    }

    /** Adds a line, or says what is wrong with it. */
    private static Optional<String> add(Lines lines, String line, Location at) {
        try {
            JsonNode node = Json.parse(line);
            Optional<String> wrong = wrong(node);
            if (wrong.isPresent()) {
                return wrong;
            }
            Recording recording =
                    new Recording(
                            at.line(),
                            node.path("model").textValue(),
                            node.path("latency_ms").longValue(),
                            node.path("status").intValue(),
                            node.has("events") ? "" : Json.line(node.path("body")),
                            events(node.path("events")));
            String user = node.path("user").textValue();
            if (node.has("request")) {
                lines.byRequest()
                        .computeIfAbsent(node.path("request").textValue(), _ -> new ArrayList<>())
                        .add(recording);
                lines.otherRequests().putIfAbsent(user, at.line());
                return Optional.empty();
            }
            Recording first = lines.byText().putIfAbsent(user, recording);
            return Optional.ofNullable(first)
                    .map(f -> "the same user message was already recorded in line " + f.line());
        } catch (JsonProcessingException e) {
            return Optional.of("not a JSON object: " + e.getOriginalMessage());
        }
    }

    private static List<Chunk> events(JsonNode events) {
        return events.valueStream()
                .map(e -> new Chunk(e.path("after_ms").longValue(), e.path("data").textValue()))
                .toList();
    }

    private static boolean isChunk(JsonNode event) {
        return event.path("after_ms").canConvertToExactIntegral()
                && event.path("after_ms").longValue() >= 0
                && event.path("data").isTextual();
    }

    private static Optional<String> wrong(JsonNode node) {
        int status = node.path("status").asInt();
        if (!node.path("user").isTextual()) {
            return Optional.of("user must be a string");
        }
        if (node.has("request") && !DIGEST.matcher(node.path("request").asText()).matches()) {
            return Optional.of("request must be 64 hexadecimal digits, or absent");
        }
        if (!node.path("model").isTextual()) {
            return Optional.of("model must be a string");
        }
        if (!node.path("latency_ms").canConvertToExactIntegral()
                || node.path("latency_ms").asLong() < 0) {
            return Optional.of("latency_ms must be an integer >= 0");
        }
        if (!node.path("status").isInt() || status < 200 || status > 599) {
            return Optional.of("status must be from 200 to 599");
        }
        if (node.has("events")) {
            JsonNode events = node.path("events");
            boolean right = events.isArray() && events.valueStream().allMatch(Cassette::isChunk);
            return right && !events.isEmpty() && !node.has("body")
                    ? Optional.empty()
                    : Optional.of("events must be a list of {after_ms, data} in place of the body");
        }
        return node.path("body").isObject()
                ? Optional.empty()
                : Optional.of("body must be an object");
    }
}
