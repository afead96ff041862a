package dev.distill.models.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.distill.models.Encoder.Mode;
import dev.distill.models.Gradients;
import dev.distill.models.Precision;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our decoders against numbers that transformers 5.18 and peft 0.21 computed in float32. */
@Tag("golden")
class GoldenCausalTest {
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
    void logitsLossAndEveryGradientAreThoseOfTransformers(String name) {
        Golden golden = Golden.read(manager, name);
        Weights weights = golden.weights(manager);
        weights.requireGradients();
        TokenRows rows = TokenRows.of(manager, golden.documents());
        try (CausalLm lm = new CausalLm(manager, golden.config(), Precision.FP32);
                Gradients gradients = new Gradients(manager)) {
            NDArray logits = Golden.logits(lm, weights.asMap(), rows, Mode.TRAINING);
            NDArray loss = golden.loss(manager, logits);
            NDList found = gradients.of(manager, loss, List.copyOf(weights.asMap().values()));

            assertThat(golden.difference(logits, golden.get("logits"))).isLessThan(1e-4);
            assertThat(loss.getFloat()).isCloseTo(golden.get("loss").getFloat(), within(1e-5f));
            for (int i = 0; i < found.size(); i++) {
                String weight = weights.names().get(i);
                NDArray expected = golden.get("grad." + weight);
                double scale = expected.abs().max().getFloat();
                assertThat((double) found.get(i).sub(expected).abs().max().getFloat())
                        .as(weight)
                        .isLessThanOrEqualTo(Math.max(1e-3 * scale, 1e-7));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "gemma3", "qwen3_5"})
    void theConfigAsksForExactlyTheWeightsThatTransformersWrote(String name) {
        Golden golden = Golden.read(manager, name);
        try (Weights all = Weights.read(manager, golden.folder().resolve("model.safetensors"))) {
            assertThat(all.shapes()).containsExactlyInAnyOrderEntriesOf(golden.config().shapes());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "gemma3", "qwen3_5"})
    void logitsAndLossWithAnAdapterAreThoseOfPeftAndMergingChangesNothing(String name) {
        Golden golden = Golden.read(manager, name);
        CausalConfig config = golden.config();
        Weights weights = golden.weights(manager);
        TokenRows rows = TokenRows.of(manager, golden.documents());
        try (LoraAdapter adapter =
                        LoraAdapter.read(manager, golden.folder().resolve("lora"), config);
                CausalLm lm = new CausalLm(manager, config, Precision.FP32, adapter.scaling());
                CausalLm plain = new CausalLm(manager, config, Precision.FP32)) {
            Map<String, NDArray> both = adapter.with(weights.asMap());
            NDArray logits = Golden.logits(lm, both, rows, Mode.INFERENCE);
            float loss = golden.loss(manager, logits).getFloat();
            adapter.mergeInto(weights);
            NDArray merged = Golden.logits(plain, weights.asMap(), rows, Mode.INFERENCE);

            assertThat(golden.difference(logits, golden.get("lora_logits"))).isLessThan(1e-4);
            assertThat(loss).isCloseTo(golden.get("lora_loss").getFloat(), within(1e-5f));
            assertThat(golden.difference(merged, logits)).isLessThan(1e-5);
            assertThat(golden.difference(logits, golden.get("logits"))).isGreaterThan(1e-3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "gemma3", "qwen3_5"})
    void greedyAnswersAreThoseOfTransformersWithACacheAndWithout(String name) {
        Golden golden = Golden.read(manager, name);
        long[] prompt = golden.get("prompt_ids").toLongArray();
        long[] whole = golden.get("greedy_ids").toLongArray();
        Weights weights = golden.weights(manager);
        try (CausalLm lm = new CausalLm(manager, golden.config(), Precision.FP32)) {
            long[] cached =
                    new Generator(manager, lm, weights.asMap())
                            .generate(List.of(Golden.greedy(prompt, whole.length - prompt.length)))
                            .getFirst()
                            .ids();
            long[] recomputed = prompt.clone();
            while (recomputed.length < whole.length) {
                NDArray logits =
                        Golden.logits(
                                lm,
                                weights.asMap(),
                                TokenRows.of(manager, List.of(recomputed)),
                                Mode.INFERENCE);
                long next = logits.get(0).get(recomputed.length - 1).argMax().getLong();
                recomputed = Arrays.copyOf(recomputed, recomputed.length + 1);
                recomputed[recomputed.length - 1] = next;
            }

            assertThat(recomputed).isEqualTo(whole);
            assertThat(cached).isEqualTo(Arrays.copyOfRange(whole, prompt.length, whole.length));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "gemma3", "qwen3_5"})
    void bfloat16StaysNearFloat32WithWeightsRoundedOnceOrInEachCall(String name) {
        Golden golden = Golden.read(manager, name);
        Weights weights = golden.weights(manager);
        TokenRows rows = TokenRows.of(manager, golden.documents());
        try (CausalLm lm = new CausalLm(manager, golden.config(), Precision.BF16);
                HeldWeights held = HeldWeights.of(manager, weights, Precision.BF16)) {
            NDArray logits = Golden.logits(lm, weights.asMap(), rows, Mode.INFERENCE);
            NDArray once = Golden.logits(lm, held.asMap(), rows, Mode.INFERENCE);

            // transformers itself is up to 0.037 away in bfloat16
            assertThat(golden.difference(logits, golden.get("logits"))).isBetween(1e-6, 5e-2);
            assertThat(golden.difference(once, logits)).isLessThan(1e-6);
        }
    }
}
