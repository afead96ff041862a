package dev.distill.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.Digest;
import dev.distill.files.Json;
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

/**
 * Recorded answers by the text of the last user message, so that they survive a changed prompt. A
 * line of the file is {@code {"user": …, "model": …, "latency_ms": 612, "status": 200, "body":
 * {…}}}.
 */
final class Cassette {
    /** Problems shown at once; more of them say nothing new. */
    private static final int MOST_PROBLEMS = 20;

    /** One recorded answer. */
    record Recording(int line, String model, long latencyMillis, int status, String body) {}

    private final Digest digest;
    private final Map<String, Recording> recordings;

    private Cassette(Digest digest, Map<String, Recording> recordings) {
        this.digest = digest;
        this.recordings = recordings;
    }

    /**
     * Reads a whole file.
     *
     * @throws UserError with the place of every malformed line and every second answer to a message
     */
    static Cassette load(Path file) {
        Map<String, Recording> recordings = new HashMap<>();
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
                    add(recordings, line, at).ifPresent(text -> problems.add(Problem.at(at, text)));
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        if (!problems.isEmpty()) {
            throw new UserError(ExitCode.INVALID_INPUT, problems);
        }
        return new Cassette(Digest.of(content), recordings);
    }

    /** The recording for a user message. */
    Optional<Recording> find(String userText) {
        return Optional.ofNullable(recordings.get(userText));
    }

    /**
     * The name under which the recorded answers of a model are stored. It holds the content of the
     * cassette, so that other recordings are other answers, and never those of the model itself.
     */
    String storedAs(String model) {
        return storedAs(model, digest);
    }

    /**
     * The same for a file that is not loaded.
     *
     * @throws UserError when it cannot be read
     */
    static String storedAs(String model, Path file) {
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
    private static Optional<String> add(
            Map<String, Recording> recordings, String line, Location at) {
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
                            Json.line(node.path("body")));
            Recording first = recordings.putIfAbsent(node.path("user").textValue(), recording);
            return Optional.ofNullable(first)
                    .map(f -> "the same user message was already recorded in line " + f.line());
        } catch (JsonProcessingException e) {
            return Optional.of("not a JSON object: " + e.getOriginalMessage());
        }
    }

    private static Optional<String> wrong(JsonNode node) {
        int status = node.path("status").asInt();
        if (!node.path("user").isTextual()) {
            return Optional.of("user must be a string");
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
        return node.path("body").isObject()
                ? Optional.empty()
                : Optional.of("body must be an object");
    }
}
