package dev.distill.trainer.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.UserError;
import dev.distill.models.Tokenizer;
import dev.distill.trainer.causal.ChatRow.Message;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SamplesTest {
    private static final ChatRow ROUTED =
            new ChatRow(
                    "routed",
                    List.of(
                            new Message("system", "You route requests."),
                            new Message("user", "Where is my order?")),
                    "shipping");

    private final Tokenizer tokenizer =
            Tokenizer.load(CausalTrainings.LLAMA.resolve("tokenizer.json"));

    @AfterEach
    void close() {
        tokenizer.close();
    }

    /** The golden labels are 515 348 2 201 behind 38 tokens of prompt; 201 is the line's end. */
    @Tag("golden")
    @Test
    void answerAndEndTokenAreTrainedOnAndNothingElse() {
        Sample sample = sample(ROUTED, 64);

        assertThat(sample.learned()).isEqualTo(38);
        assertThat(sample.tokens()).startsWith(1, 85, 91, 328).endsWith(515, 348, 2);
        assertThat(sample.targets()).isEqualTo(3);
        assertThat(sample.cut()).isFalse();
    }

    @Test
    void aRowThatIsTooLongLosesItsEndAndSaysSo() {
        Sample sample = sample(ROUTED, 40);

        assertThat(sample.tokens()).hasSize(40).endsWith(515, 348);
        assertThat(sample.cut()).isTrue();
    }

    @Test
    void aRowWhosePromptFillsEverythingHasNothingToLearnAndIsRefused() {
        Sample sample = sample(ROUTED, 38);

        assertThat(sample.targets()).isZero();
        assertThatThrownBy(() -> Preflight.check(List.of(sample), List.of(sample), 38))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "training row routed: no token is trained on, its prompt alone has max_length 38 tokens or more");
    }

    @Test
    void tooManyCutRowsAreRefusedWithTheirNumber() {
        Sample sample = sample(ROUTED, 40);

        assertThatThrownBy(() -> Preflight.check(List.of(sample), List.of(sample), 40))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("1 of 1 training rows are longer than max_length 40")
                .hasMessageContaining("raise student.max_length");
    }

    @Test
    void aTemplateWithoutAnEndTokenIsRefused() {
        Samples endless = new Samples(tokenizer, CausalTrainings.CHAT_ML, Set.of(0L), 64);

        assertThatThrownBy(() -> endless.of(List.of(ROUTED)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("none of the end tokens [0]")
                .hasMessageContaining("eos_token_id");
    }

    @Test
    void aTemplateWhosePromptIsNotHowTheConversationBeginsIsRefused() {
        ChatFormat strange =
                new ChatFormat() {
                    @Override
                    public String prompt(List<Message> messages) {
                        return "Q: " + messages.getLast().content() + " A:";
                    }

                    @Override
                    public String conversation(List<Message> messages) {
                        return messages.getFirst().content() + "<|im_end|>";
                    }
                };

        assertThatThrownBy(
                        () ->
                                new Samples(tokenizer, strange, Set.of(2L), 64)
                                        .of(List.of(ROUTED)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("does not begin a conversation with its prompt")
                .hasMessageContaining("add_generation_prompt");
    }

    /** Where "A:" and "ship" would merge, the prompt keeps the tokens that serving will give it. */
    @Test
    void thePromptsTokensAreThoseOfThePromptAlone() {
        ChatFormat tight =
                new ChatFormat() {
                    @Override
                    public String prompt(List<Message> messages) {
                        return messages.getLast().content() + " sh";
                    }

                    @Override
                    public String conversation(List<Message> messages) {
                        return messages.get(messages.size() - 2).content()
                                + " sh"
                                + messages.getLast().content()
                                + "<|im_end|>";
                    }
                };
        ChatRow row = new ChatRow("tight", List.of(new Message("user", "to")), "ipping");
        Sample sample = new Samples(tokenizer, tight, Set.of(2L), 64).of(List.of(row)).getFirst();

        long[] prompt = tokenizer.plain("to sh");
        assertThat(sample.learned()).isEqualTo(prompt.length);
        assertThat(sample.tokens()).startsWith(prompt);
        assertThat(tokenizer.text(sample.tokens())).isEqualTo("to shipping");
    }

    private Sample sample(ChatRow row, int maxLength) {
        return new Samples(tokenizer, CausalTrainings.CHAT_ML, Set.of(2L), maxLength)
                .of(List.of(row))
                .getFirst();
    }
}
