package dev.distill.models.chat;

import static dev.distill.models.chat.GoldenRenderingTest.MARCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateFilesTest {
    @TempDir Path folder;

    @Test
    void aTemplateMayStandInTokenizerConfig() throws IOException {
        write("tokenizer_config.json", "{\"chat_template\": \"{{ messages[0].content }}!\"}");

        assertThat(ChatTemplate.isIn(folder)).isTrue();
        assertThat(load().text(hi())).isEqualTo("Hi!");
    }

    @Test
    void aFileOfItsOwnGoesBeforeTokenizerConfig() throws IOException {
        write("tokenizer_config.json", "{\"chat_template\": \"config\"}");
        write("chat_template.jinja", "file\n");

        assertThat(load().text(hi())).isEqualTo("file");
        assertThat(load().source()).isEqualTo("file\n");
    }

    @Test
    void ofSeveralTheOneForToolsIsTakenWhenThereAreTools() throws IOException {
        write(
                "tokenizer_config.json",
                "{\"chat_template\": [{\"name\": \"default\", \"template\": \"plain\"},"
                        + " {\"name\": \"tool_use\", \"template\": \"tools {{ tools|length }}\"}]}");

        assertThat(load().text(hi())).isEqualTo("plain");
        assertThat(load().text(hi().withTools(Json.parse("[{}, {}]")))).isEqualTo("tools 2");
    }

    @Test
    void furtherTemplatesMayBeFilesToo() throws IOException {
        write("chat_template.jinja", "plain");
        Files.createDirectory(folder.resolve("chat_templates"));
        write("chat_templates/tool_use.jinja", "tools");

        assertThat(load().text(hi().withTools(Json.array()))).isEqualTo("tools");
    }

    @Test
    void specialTokensAreStringsOrObjectsAndMayStandInAFileOfTheirOwn() throws IOException {
        write(
                "chat_template.jinja",
                "{{ bos_token }}{{ eos_token }}{{ pad_token }}{{ unk_token }}");
        write(
                "tokenizer_config.json",
                "{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"</s>\","
                        + " \"unk_token\": null}");
        write(
                "special_tokens_map.json",
                "{\"pad_token\": {\"content\": \"<pad>\"}, \"eos_token\": \"no\","
                        + " \"unk_token\": \"no\"}");

        assertThat(load().text(hi())).isEqualTo("<s></s><pad>");
        assertThat(load().tokens().beginning()).hasValue("<s>");
        assertThat(load().tokens().end()).hasValue("</s>");
    }

    @Test
    void aVariableGoesBeforeASpecialToken() throws IOException {
        write("chat_template.jinja", "{{ bos_token }}");
        write("tokenizer_config.json", "{\"bos_token\": \"<s>\"}");

        assertThat(load().text(hi().with("bos_token", TextNode.valueOf("")))).isEmpty();
    }

    @Test
    void withoutATemplateTheFolderIsNamedAndWhereOneCouldBe() {
        assertThat(ChatTemplate.isIn(folder)).isFalse();
        assertThatThrownBy(this::load)
                .isInstanceOf(UserError.class)
                .hasMessage(
                        folder
                                + ": there is no chat template\n"
                                + "hint: it is in chat_template.jinja, or a member 'chat_template'"
                                + " of tokenizer_config.json");
    }

    @Test
    void severalWithoutADefaultOneAreListed() throws IOException {
        write(
                "tokenizer_config.json",
                "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"\"}]}");

        assertThatThrownBy(() -> load().text(hi()))
                .isInstanceOf(UserError.class)
                .hasMessage(folder + ": there are several chat templates but no default one: rag");
    }

    @Test
    void aTemplateOfAnotherKindIsRefused() throws IOException {
        write("tokenizer_config.json", "{\"chat_template\": 3}");

        assertThatThrownBy(this::load)
                .isInstanceOf(UserError.class)
                .hasMessageEndingWith(
                        "chat_template must be a string or a list of named templates, got 3");
    }

    @Test
    void aFileThatIsNotJsonIsNamedWithItsPlace() throws IOException {
        write("tokenizer_config.json", "{\n x");

        assertThatThrownBy(this::load)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("tokenizer_config.json:2:")
                .hasMessageContaining("not JSON: ");
    }

    @Test
    void anErrorNamesFileLineAndColumn() throws IOException {
        write(
                "chat_template.jinja",
                "{% for m in messages %}\n  {{ m.nothing.at_all }}\n{% endfor %}");

        assertThatThrownBy(() -> load().text(hi()))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        folder.resolve("chat_template.jinja")
                                + ":2:15: 'dict object' has no attribute 'nothing'");
    }

    @Test
    void insideOfJsonTheErrorNamesTheTemplateAndThePlaceInIt() throws IOException {
        write("tokenizer_config.json", "{\"chat_template\": \"\\n{% oops %}\"}");

        assertThatThrownBy(this::load)
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "tokenizer_config.json: the chat template 'default', line 2, column 4:"
                                + " unknown tag 'oops'");
    }

    @Test
    void whatTheTemplateRaisesIsTheMessage() throws IOException {
        write("chat_template.jinja", "{{ raise_exception('roles must alternate') }}");

        assertThatThrownBy(() -> load().text(hi()))
                .isInstanceOf(UserError.class)
                .hasMessageEndingWith(": roles must alternate");
    }

    private ChatTemplate load() {
        return ChatTemplate.load(folder, MARCH);
    }

    private static Chat hi() throws JsonProcessingException {
        return Chat.of(Json.parse("[{\"role\": \"user\", \"content\": \"Hi\"}]"));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }
}
