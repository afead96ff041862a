package dev.distill.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever comes over the wire, nothing but a {@link WireException} comes out of a codec. */
class GarbageTest {
    private static final Path FOLDER = Path.of("src/test/resources/wire");
    private static final AnthropicCodec ANTHROPIC = new AnthropicCodec(() -> Instant.EPOCH);
    private static final List<ProviderCodec> PROVIDERS =
            List.of(
                    ANTHROPIC,
                    new GeminiCodec(() -> Instant.EPOCH),
                    new BedrockCodec(() -> Instant.EPOCH));
    private static final List<String> CASES =
            List.of("anthropic-tools", "anthropic-thinking", "gemini-tools", "bedrock-tools");

    @Property(tries = 150)
    void damagedRequestsAreRefused(@ForAll long seed) throws Exception {
        RandomGenerator random = random(seed);
        for (String name : CASES) {
            JsonNode request = damaged(read(name, "caller.json"), random);
            if (request instanceof ObjectNode object) {
                for (ProviderCodec provider : PROVIDERS) {
                    onlyWireExceptions(
                            () -> provider.writeRequest(ANTHROPIC.readRequest(object), "m"));
                }
            }
        }
    }

    @Property(tries = 150)
    void damagedAnswersAreRefused(@ForAll long seed) throws Exception {
        RandomGenerator random = random(seed);
        for (String name : CASES) {
            JsonNode answer = damaged(read(name, "answer.json"), random);
            for (ProviderCodec provider : PROVIDERS) {
                onlyWireExceptions(
                        () -> ANTHROPIC.writeCompletion(provider.readCompletion(answer)));
                assertThat(provider.readError(500, Map.of(), Json.line(answer))).isNotNull();
            }
        }
    }

    @Property(tries = 200)
    void damagedStreamsAreRefused(@ForAll long seed) throws Exception {
        RandomGenerator random = random(seed);
        for (String name : CASES) {
            List<SseFrame> frames = new ArrayList<>();
            for (SseFrame frame : frames(name)) {
                frames.add(
                        TestFrames.named(
                                frame.event(),
                                Json.line(damaged(Json.parse(frame.data()), random))));
            }
            for (ProviderCodec provider : PROVIDERS) {
                onlyWireExceptions(
                        () ->
                                TestFrames.write(
                                        ANTHROPIC.streamWriter(true),
                                        TestFrames.read(provider.streamReader(), frames)));
            }
        }
    }

    @Property(tries = 300)
    void textThatIsNotJsonIsRefused(@ForAll String text) {
        for (ProviderCodec provider : PROVIDERS) {
            onlyWireExceptions(() -> provider.streamReader().read(TestFrames.data(text)));
            assertThat(provider.readError(502, Map.of(), text)).isNotNull();
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_16BE);
        onlyWireExceptions(() -> Frames.of(new AwsEventStream(), bytes, 0, bytes.length));
    }

    private static void onlyWireExceptions(Runnable work) {
        try {
            work.run();
        } catch (WireException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static List<SseFrame> frames(String name) throws IOException {
        List<SseFrame> frames = new ArrayList<>();
        Path lines = FOLDER.resolve(name).resolve("stream.jsonl");
        if (!Files.exists(lines)) {
            return TestFrames.parse(Files.readString(FOLDER.resolve(name).resolve("stream.sse")));
        }
        for (String line : Files.readAllLines(lines)) {
            JsonNode json = Json.parse(line);
            frames.add(TestFrames.named(json.get("event").asText(), Json.line(json.get("data"))));
        }
        return frames;
    }

    private static JsonNode read(String name, String file) throws IOException {
        return Json.parse(Files.readString(FOLDER.resolve(name).resolve(file)));
    }

    private static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /** A copy in which about one value of twenty is something else. */
    private static JsonNode damaged(JsonNode node, RandomGenerator random)
            throws JsonProcessingException {
        if (random.nextInt(20) == 0) {
            return switch (random.nextInt(8)) {
                case 0 -> Json.parse("null");
                case 1 -> Json.parse("-1");
                case 2 -> Json.parse("\"\"");
                case 3 -> Json.parse("[]");
                case 4 -> Json.object();
                case 5 -> Json.parse("1e400");
                case 6 -> BigIntegerNode.valueOf(BigInteger.TWO.pow(70));
                default -> Json.parse("true");
            };
        }
        if (node.isArray()) {
            ArrayNode copy = Json.array();
            for (JsonNode item : node) {
                copy.add(damaged(item, random));
            }
            return copy;
        }
        if (node.isObject()) {
            ObjectNode copy = Json.object();
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                copy.set(member.getKey(), damaged(member.getValue(), random));
            }
            return copy;
        }
        return node;
    }
}
