package dev.distill.models.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.config.UserError;
import dev.distill.models.Encoder.Mode;
import dev.distill.models.Precision;
import dev.distill.models.Torch;
import dev.distill.models.causal.Generation.Answer;
import dev.distill.models.causal.Generation.End;
import dev.distill.models.causal.Generation.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorTest {
    @TempDir Path folder;
    private NDManager manager;

    @BeforeEach
    void open() {
        manager = Torch.newManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "gemma3", "qwen3_5"})
    void promptsOfDifferentLengthsInOneBatchAreAnsweredAsEachAlone(String name) {
        Golden golden = Golden.read(manager, name);
        long[] prompt = golden.get("prompt_ids").toLongArray();
        List<Request> requests =
                List.of(
                        Golden.greedy(Arrays.copyOf(prompt, 5), 30),
                        Golden.greedy(prompt, 7),
                        Golden.greedy(Arrays.copyOf(prompt, 1), 80),
                        Golden.greedy(Arrays.copyOf(prompt, 20), 1));
        try (CausalLm lm = new CausalLm(manager, golden.config(), Precision.FP32)) {
            Generator generator = generator(golden, lm);
            List<Answer> together = generator.generate(requests);

            for (int i = 0; i < requests.size(); i++) {
                Answer alone = generator.generate(List.of(requests.get(i))).getFirst();
                assertThat(together.get(i).ids()).isEqualTo(alone.ids());
                assertThat(together.get(i).end()).isEqualTo(End.LENGTH);
                for (int t = 0; t < alone.tokens().size(); t++) {
                    assertThat(together.get(i).tokens().get(t).logProbability())
                            .isCloseTo(alone.tokens().get(t).logProbability(), within(1e-4));
                }
            }
        }
    }

    @Test
    void anAnswerEndsWithAStopTokenOrWhenItsListenerHasEnough() {
        Golden golden = Golden.read(manager, "qwen3");
        long[] prompt = golden.get("prompt_ids").toLongArray();
        long[] greedy = golden.get("greedy_ids").toLongArray();
        long third = greedy[prompt.length + 2];
        Request stopping = new Request(prompt, 24, Set.of(third), Sampling.GREEDY, 0);
        List<Long> heard = new ArrayList<>();
        try (CausalLm lm = new CausalLm(manager, golden.config(), Precision.FP32)) {
            List<Answer> answers =
                    generator(golden, lm)
                            .generate(
                                    List.of(stopping, Golden.greedy(prompt, 24)),
                                    (request, token) -> {
                                        if (request == 1) {
                                            heard.add(token.id());
                                        }
                                        return heard.size() < 5;
                                    });

            assertThat(answers.get(0).end()).isEqualTo(End.STOP_TOKEN);
            assertThat(answers.get(0).ids()).hasSize(3).endsWith(third);
            assertThat(answers.get(1).end()).isEqualTo(End.LISTENER);
            assertThat(answers.get(1).tokens().stream().map(Generation.Token::id))
                    .containsExactlyElementsOf(heard)
                    .hasSize(5);
        }
    }

    @Test
    void logProbabilitiesAreThoseOfTheLogits() {
        Golden golden = Golden.read(manager, "llama");
        long[] prompt = golden.get("prompt_ids").toLongArray();
        Map<String, NDArray> weights = golden.weights(manager).asMap();
        Request request = new Request(prompt, 1, Set.of(), Sampling.at(0.5, 3), 4);
        try (CausalLm lm = new CausalLm(manager, golden.config(), Precision.FP32)) {
            Generation.Token token =
                    new Generator(manager, lm, weights)
                            .generate(List.of(request))
                            .getFirst()
                            .tokens()
                            .getFirst();
            float[] expected =
                    Golden.logits(
                                    lm,
                                    weights,
                                    TokenRows.of(manager, List.of(prompt)),
                                    Mode.INFERENCE)
                            .get(0)
                            .get(prompt.length - 1)
                            .logSoftmax(0)
                            .toFloatArray();

            assertThat(token.logProbability()).isCloseTo(expected[(int) token.id()], within(1e-5));
            assertThat(token.alternatives()).hasSize(4);
            token.alternatives()
                    .forEach(
                            other ->
                                    assertThat(other.logProbability())
                                            .isCloseTo(expected[(int) other.id()], within(1e-5)));
            assertThat(token.alternatives().stream().map(Generation.Token::logProbability))
                    .isSortedAccordingTo((a, b) -> Double.compare(b, a));
        }
    }

    @Test
    void equalSeedsGiveEqualAnswersWhateverElseIsInTheBatch() {
        Golden golden = Golden.read(manager, "qwen3_5");
        long[] prompt = golden.get("prompt_ids").toLongArray();
        Request first = new Request(prompt, 12, Set.of(), Sampling.at(1, 1), 0);
        Request second = new Request(prompt, 12, Set.of(), Sampling.at(1, 2), 0);
        try (CausalLm lm = new CausalLm(manager, golden.config(), Precision.FP32)) {
            Generator generator = generator(golden, lm);
            List<Answer> both = generator.generate(List.of(first, second));

            assertThat(both.get(0).ids()).isNotEqualTo(both.get(1).ids());
            assertThat(generator.generate(List.of(second)).getFirst().ids())
                    .isEqualTo(both.get(1).ids());
        }
    }

    @Test
    void anAnswerEndsAtTheLongestRowOfTheDecoder() {
        Golden golden = Golden.read(manager, "llama");
        long[] prompt = new long[250];
        try (CausalLm lm = new CausalLm(manager, golden.config(), Precision.FP32)) {
            Generator generator = generator(golden, lm);

            Answer answer = generator.generate(List.of(Golden.greedy(prompt, 100))).getFirst();
            assertThat(answer.tokens()).hasSize(6);
            assertThat(answer.end()).isEqualTo(End.LENGTH);
            assertThatThrownBy(() -> generator.generate(List.of(Golden.greedy(new long[256], 1))))
                    .hasMessage("a prompt of 256 tokens leaves no room for an answer in 256");
            assertThatThrownBy(
                            () -> generator.generate(List.of(Golden.greedy(new long[] {600}, 1))))
                    .hasMessage("token 600 is not in a vocabulary of 600");
        }
    }

    @Test
    void settingsOfAModelFolderAreReadAndWritten() throws IOException {
        write("config.json", "{\"eos_token_id\": 9}");
        assertThat(GenerationConfig.read(folder).stopTokens()).containsExactly(9L);
        assertThat(GenerationConfig.read(folder).sampling()).isEqualTo(Sampling.GREEDY);
        write(
                "generation_config.json",
                """
                {"eos_token_id": [2, 5], "do_sample": true, "temperature": 0.7, "top_p": 0.8,
                 "top_k": 20, "repetition_penalty": 1.05, "pad_token_id": 0, "max_new_tokens": 99}
                """);

        GenerationConfig config = GenerationConfig.read(folder);

        assertThat(config.stopTokens()).containsExactlyInAnyOrder(2L, 5L);
        assertThat(config.sampling()).isEqualTo(new Sampling(0.7, 20, 0.8, 1.05, 0));
        assertThat(config.maxNewTokens()).isEqualTo(99);
        write("generation_config.json", config.toJson());
        assertThat(GenerationConfig.read(folder))
                .usingRecursiveComparison()
                .ignoringFields("source")
                .isEqualTo(config);
        assertThat(config.toJson()).contains("\"pad_token_id\" : 0");
    }

    @Test
    void settingsThatAreNotUnderstoodAreRefused() throws IOException {
        write("config.json", "{}");
        write("generation_config.json", "{\"num_beams\": 4, \"do_sample\": true, \"top_p\": 2}");

        assertThatThrownBy(() -> GenerationConfig.read(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("generation_config.json: num_beams is not supported, got 4")
                .hasMessageContaining("top_p must be in (0, 1], got 2.0");
    }

    private Generator generator(Golden golden, CausalLm lm) {
        return new Generator(manager, lm, golden.weights(manager).asMap());
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }
}
