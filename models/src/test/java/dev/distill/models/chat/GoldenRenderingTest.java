package dev.distill.models.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.models.chat.jinja.Rendered;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Templates and chats as transformers renders them; the README beside them says how. */
@Tag("golden")
class GoldenRenderingTest {
    static final Path RESOURCES = Path.of("src/test/resources/chat");
    static final Clock MARCH = Clock.fixed(Instant.parse("2026-03-07T04:05:09Z"), ZoneOffset.UTC);

    @TempDir Path folder;

    @TestFactory
    Stream<DynamicTest> rendersWhatTransformersRenders() {
        JsonNode chats = json("chats.json");
        return StreamSupport.stream(json("golden.json").spliterator(), false)
                .map(
                        golden ->
                                DynamicTest.dynamicTest(
                                        "%s, %s, prompt %s"
                                                .formatted(
                                                        golden.get("template").textValue(),
                                                        golden.get("chat").textValue(),
                                                        golden.get("prompt")),
                                        () -> check(golden, chats)));
    }

    private void check(JsonNode golden, JsonNode chats) throws IOException {
        String source =
                Files.readString(
                        RESOURCES.resolve("templates").resolve(golden.get("template").textValue()));
        ChatTemplate template = template(source, chats.get("tokens"));
        JsonNode given = named(chats.get("chats"), golden.get("chat").textValue());
        Chat chat = Chat.of(given.get("messages"));
        if (given.has("tools")) {
            chat = chat.withTools(chats.get(given.get("tools").textValue()));
        }
        for (var variable : given.path("variables").properties()) {
            chat = chat.with(variable.getKey(), variable.getValue());
        }
        compare(golden, template, chat);
    }

    @TestFactory
    Stream<DynamicTest> meansWhatJinjaMeans() {
        JsonNode given = json("chats.json").get("snippets");
        return StreamSupport.stream(json("snippets.json").spliterator(), false)
                .map(
                        golden ->
                                DynamicTest.dynamicTest(
                                        golden.get("template").textValue(),
                                        () -> {
                                            Chat chat = Chat.of(given.get("messages"));
                                            for (var variable :
                                                    given.get("variables").properties()) {
                                                chat =
                                                        chat.with(
                                                                variable.getKey(),
                                                                variable.getValue());
                                            }
                                            String source = golden.get("template").textValue();
                                            checkSnippet(golden, source, chat);
                                        }));
    }

    private void checkSnippet(JsonNode golden, String source, Chat chat) throws IOException {
        Files.writeString(folder.resolve("chat_template.jinja"), source);
        if (golden.has("error")) {
            assertThatThrownBy(() -> ChatTemplate.load(folder, MARCH).text(chat))
                    .isInstanceOf(UserError.class)
                    .hasMessageMatching("(?s).*chat_template\\.jinja:\\d+:\\d+: .+");
        } else {
            compare(golden, ChatTemplate.load(folder, MARCH), chat);
        }
    }

    private static void compare(JsonNode golden, ChatTemplate template, Chat chat) {
        boolean prompt = golden.path("prompt").booleanValue();
        if (golden.has("error")) {
            assertThatThrownBy(() -> render(template, chat, prompt)).isInstanceOf(UserError.class);
            return;
        }
        assertThat(render(template, chat, prompt)).isEqualTo(golden.get("text").textValue());
        if (!prompt) {
            Rendered rendered = template.marked(chat);
            assertThat(rendered.generated())
                    .map(span -> rendered.text().substring(span.from(), span.end()))
                    .isEqualTo(
                            golden.get("generated")
                                    .valueStream()
                                    .map(JsonNode::textValue)
                                    .toList());
        }
    }

    private static String render(ChatTemplate template, Chat chat, boolean prompt) {
        return prompt ? template.prompt(chat) : template.text(chat);
    }

    private ChatTemplate template(String source, JsonNode tokens) throws IOException {
        Files.writeString(folder.resolve("chat_template.jinja"), source);
        Files.writeString(folder.resolve("tokenizer_config.json"), Json.line(tokens));
        return ChatTemplate.load(folder, MARCH);
    }

    private static JsonNode named(JsonNode chats, String name) {
        return chats.valueStream()
                .filter(chat -> chat.get("name").textValue().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode json(String name) {
        try {
            return Json.parse(Files.readString(RESOURCES.resolve(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
