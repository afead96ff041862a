package dev.distill.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Transcripts of a caller that speaks Anthropic to each provider. In a folder, {@code caller.json}
 * is what the caller sends and {@code request.json} what the provider gets; {@code answer.json} and
 * {@code stream.sse} (or {@code .jsonl}, for event streams) are what the provider sends, {@code
 * events.txt} what the latter means, and {@code message.json} and {@code message.sse} what the
 * caller gets.
 */
class TranscriptTest {
    private static final Path FOLDER = Path.of("src/test/resources/wire");
    private static final AnthropicCodec CALLER =
            new AnthropicCodec(() -> Instant.ofEpochSecond(1_790_000_000));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "anthropic-tools",
                "anthropic-thinking",
                "anthropic-caching",
                "gemini-tools",
                "gemini-thinking",
                "bedrock-tools",
                "bedrock-thinking"
            })
    void aRequestReachesTheProviderInItsOwnWords(String name) throws Exception {
        ObjectNode sent = (ObjectNode) json(name, "caller.json");

        ObjectNode got =
                provider(name).writeRequest(CALLER.readRequest(sent), sent.get("model").asText());

        same(name, "request.json", Json.pretty(got));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"anthropic-tools", "anthropic-thinking", "gemini-tools", "bedrock-tools"})
    void anAnswerReachesTheCallerInItsOwnWords(String name) throws Exception {
        Completion answer = provider(name).readCompletion(json(name, "answer.json"));

        same(name, "message.json", Json.pretty(CALLER.writeCompletion(answer)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "anthropic-tools",
                "anthropic-thinking",
                "gemini-tools",
                "gemini-thinking",
                "bedrock-tools",
                "bedrock-thinking"
            })
    void aStreamReachesTheCallerInItsOwnWords(String name) throws Exception {
        List<Event> events = TestFrames.read(provider(name).streamReader(), frames(name));

        same(name, "events.txt", events.stream().map(e -> e + "\n").collect(Collectors.joining()));
        same(name, "message.sse", TestFrames.write(CALLER.streamWriter(false), events));
    }

    private static ProviderCodec provider(String name) {
        return switch (name.substring(0, name.indexOf('-'))) {
            case "anthropic" -> CALLER;
            case "gemini" -> new GeminiCodec(() -> Instant.ofEpochSecond(1_790_000_000));
            default -> new BedrockCodec(() -> Instant.ofEpochSecond(1_790_000_000));
        };
    }

    private static List<SseFrame> frames(String name) throws IOException {
        Path file = FOLDER.resolve(name).resolve("stream.jsonl");
        return Files.exists(file)
                ? Files.readAllLines(file).stream().map(TranscriptTest::awsFrame).toList()
                : TestFrames.parse(text(name, "stream.sse"));
    }

    private static SseFrame awsFrame(String line) {
        try {
            JsonNode json = Json.parse(line);
            return TestFrames.named(json.get("event").asText(), Json.line(json.get("data")));
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    private static JsonNode json(String name, String file) throws IOException {
        return Json.parse(text(name, file));
    }

    private static String text(String name, String file) throws IOException {
        return Files.readString(FOLDER.resolve(name).resolve(file));
    }

    private static void same(String name, String file, String got) throws IOException {
        assertThat(got).isEqualTo(text(name, file));
    }
}
