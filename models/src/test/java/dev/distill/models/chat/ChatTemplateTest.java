package dev.distill.models.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.distill.files.Json;
import dev.distill.models.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("golden")
class ChatTemplateTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "gemma3", "qwen3_5"})
    void writesTheTextsThatTransformersWrites(String model) throws IOException {
        Path folder = GOLDEN.resolve(model);
        JsonNode golden = Json.parse(Files.readString(folder.resolve("golden.json")));
        ChatTemplate template = ChatTemplate.load(folder, Clock.systemUTC());

        for (int i = 0; i < golden.get("chats").size(); i++) {
            ArrayNode messages = (ArrayNode) golden.get("chats").get(i);
            assertThat(template.text(Chat.of(messages)))
                    .isEqualTo(golden.get("texts").get(i).textValue());
            messages.remove(messages.size() - 1);
            assertThat(template.prompt(Chat.of(messages)))
                    .isEqualTo(golden.get("prompts").get(i).textValue());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "gemma3", "qwen3_5"})
    void aPromptHasAsManyTokensAsTransformersCounts(String model) throws IOException {
        Path folder = GOLDEN.resolve(model);
        JsonNode golden = Json.parse(Files.readString(folder.resolve("golden.json")));

        try (Tokenizer tokenizer = Tokenizer.load(folder.resolve("tokenizer.json"))) {
            for (int i = 0; i < golden.get("prompts").size(); i++) {
                assertThat(tokenizer.plain(golden.get("prompts").get(i).textValue()))
                        .hasSize(golden.get("prompt_lengths").get(i).intValue());
            }
        }
    }
}
