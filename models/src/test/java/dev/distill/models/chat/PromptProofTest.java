package dev.distill.models.chat;

import static dev.distill.models.chat.GoldenRenderingTest.MARCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.BooleanNode;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.models.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptProofTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/qwen2");
    private static final int VOCABULARY = 100_000;

    @TempDir Path folder;
    private Tokenizer tokenizer;
    private ChatTemplate template;

    @BeforeEach
    void copyTheStudent() throws IOException {
        for (String name :
                new String[] {"chat_template.jinja", "tokenizer.json", "tokenizer_config.json"}) {
            Files.copy(GOLDEN.resolve(name), folder.resolve(name));
        }
        tokenizer = Tokenizer.load(folder.resolve("tokenizer.json"));
        template = ChatTemplate.load(folder, MARCH);
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void aProofThatWasWrittenReadsAsTheSameAndHolds() throws JsonProcessingException {
        Chat chat =
                hi().withTools(Json.parse("[{\"type\": \"function\"}]"))
                        .with("enable_thinking", BooleanNode.FALSE);
        PromptProof proof = PromptProof.of(template, tokenizer, chat);
        proof.write(folder);

        assertThat(PromptProof.read(folder)).hasValue(proof);
        assertThat(proof.prompt())
                .isEqualTo("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
        assertThatCode(() -> proof.check(template, tokenizer, VOCABULARY))
                .doesNotThrowAnyException();
    }

    @Test
    void aFolderWithoutAProofHasNone() {
        assertThat(PromptProof.read(folder)).isEmpty();
    }

    @Test
    void anotherTemplateIsNoticed() throws IOException {
        PromptProof proof = PromptProof.of(template, tokenizer, hi());
        Files.writeString(
                folder.resolve("chat_template.jinja"), "<|im_start|>u:{{ messages[0].content }}");
        ChatTemplate other = ChatTemplate.load(folder, MARCH);

        assertThatThrownBy(() -> proof.check(other, tokenizer, VOCABULARY))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(
                        folder
                                + ": the chat template writes another prompt than in training: at"
                                + " character 13 \":Hi\" instead of \"ser\\nHi<|im_end|>\\n<|i\"");
    }

    @Test
    void anotherTokenizerIsNoticed() throws JsonProcessingException {
        PromptProof proof = PromptProof.of(template, tokenizer, hi());
        Path bert = Path.of("src/test/resources/golden/bert/tokenizer.json");

        try (Tokenizer other = Tokenizer.load(bert)) {
            assertThatThrownBy(() -> proof.check(template, other, VOCABULARY))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining(
                            "the tokenizer gives other tokens than in training: at 1 ");
        }
    }

    @Test
    void aTokenBeyondTheModelsVocabularyIsNoticed() throws JsonProcessingException {
        PromptProof proof = PromptProof.of(template, tokenizer, hi());
        long first = proof.tokens().getFirst();

        assertThatThrownBy(() -> proof.check(template, tokenizer, (int) first))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "the tokenizer gives the token %d, the model has only %d"
                                .formatted(first, first));
    }

    @Test
    void twoBeginningTokensAreRefused() throws IOException {
        Files.writeString(
                folder.resolve("chat_template.jinja"),
                "{{ bos_token }}{% for m in messages %}{{ bos_token }}{{ m.content }}{% endfor %}");
        Files.writeString(
                folder.resolve("tokenizer_config.json"), "{\"bos_token\": \"<|im_start|>\"}");
        ChatTemplate twice = ChatTemplate.load(folder, MARCH);

        assertThatThrownBy(() -> PromptProof.of(twice, tokenizer, hi()))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(folder + ": the prompt begins with <|im_start|> twice");
    }

    @Test
    void aFileThatIsNoProofIsAUserError() throws IOException {
        Files.writeString(folder.resolve("prompt_proof.json"), "{\"messages\": []}");

        assertThatThrownBy(() -> PromptProof.read(folder))
                .isInstanceOf(UserError.class)
                .hasMessageEndingWith(
                        "prompt_proof.json: messages, prompt and tokens must be there");
    }

    private static Chat hi() throws JsonProcessingException {
        return Chat.of(Json.parse("[{\"role\": \"user\", \"content\": \"Hi\"}]"));
    }
}
