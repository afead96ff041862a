package dev.distill.models.causal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.distill.models.Encoder.Mode;
import dev.distill.models.Gradients;
import dev.distill.models.Precision;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CausalLmTest {
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
    void documentsOfOneRowDoNotSeeEachOther(String name) {
        Golden golden = Golden.read(manager, name);
        Weights weights = golden.weights(manager);
        // lengths that put borders inside, at the start and at the end of chunks of 64
        List<long[]> documents =
                List.of(text(40, 1), text(24, 2), text(3, 3), text(1, 4), text(90, 5), text(30, 6));
        try (CausalLm lm = new CausalLm(manager, golden.config(), Precision.FP32)) {
            NDArray packed =
                    Golden.logits(
                            lm,
                            weights.asMap(),
                            TokenRows.packed(manager, List.of(documents, List.of(text(7, 7)))),
                            Mode.INFERENCE);
            int start = 0;
            for (long[] document : documents) {
                NDArray alone =
                        Golden.logits(
                                lm,
                                weights.asMap(),
                                TokenRows.of(manager, List.of(document)),
                                Mode.INFERENCE);
                NDArray there = packed.get(0).get(start + ":" + (start + document.length));

                assertThat(difference(there, alone.get(0))).isLessThan(1e-5);
                start += document.length;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma3", "qwen3_5"})
    void gradientsOfPackedDocumentsAreTheSumOfTheirs(String name) {
        Golden golden = Golden.read(manager, name);
        Weights weights = golden.weights(manager);
        weights.requireGradients();
        List<long[]> documents = List.of(text(20, 1), text(70, 2), text(5, 3));
        try (CausalLm lm = new CausalLm(manager, golden.config(), Precision.FP32);
                Gradients gradients = new Gradients(manager)) {
            List<NDArray> parameters = List.copyOf(weights.asMap().values());
            NDList together =
                    gradients.of(
                            manager,
                            sumOfLogits(lm, weights, TokenRows.packed(manager, List.of(documents))),
                            parameters);
            List<NDList> alone = new ArrayList<>();
            for (long[] document : documents) {
                TokenRows row = TokenRows.of(manager, List.of(document));
                alone.add(gradients.of(manager, sumOfLogits(lm, weights, row), parameters));
            }
            for (int i = 0; i < parameters.size(); i++) {
                int at = i;
                NDArray sum = alone.stream().map(g -> g.get(at)).reduce(NDArray::add).orElseThrow();
                double scale = Math.max(1, sum.abs().max().getFloat());

                assertThat(difference(together.get(i), sum) / scale)
                        .as(weights.names().get(i))
                        .isLessThan(1e-4);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma3", "qwen3_5"})
    void layerByLayerComesToTheSameNumbers(String name) {
        Golden golden = Golden.read(manager, name);
        Map<String, NDArray> weights = golden.weights(manager).asMap();
        TokenRows rows = TokenRows.packed(manager, List.of(List.of(text(9, 1), text(12, 2))));
        int layers = golden.config().layers().size();
        try (CausalLm lm = new CausalLm(manager, golden.config(), Precision.FP32)) {
            NDArray whole = lm.hiddenStates(weights, rows, Mode.INFERENCE);
            NDList context = lm.context(rows);
            NDArray x = lm.embed(weights, rows, Mode.INFERENCE);
            for (int i = 0; i < layers; i++) {
                x = lm.layers(weights, context, x, i, i + 1, Mode.INFERENCE);
            }

            assertThat(lm.finalNorm(weights, x, Mode.INFERENCE)).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma3", "qwen3_5"})
    void aCacheThatIsFedInPiecesAnswersAsTheWholeRow(String name) {
        Golden golden = Golden.read(manager, name);
        Map<String, NDArray> weights = golden.weights(manager).asMap();
        long[] text = text(150, 1);
        try (CausalLm lm = new CausalLm(manager, golden.config(), Precision.FP32);
                KeyValueCache cache = lm.newCache(manager, 1, 4)) {
            NDArray whole =
                    Golden.logits(
                            lm, weights, TokenRows.of(manager, List.of(text)), Mode.INFERENCE);
            int start = 0;
            for (int length : new int[] {2, 1, 1, 70, 1, 64, 11}) {
                long[] positions = new long[length];
                Arrays.setAll(positions, i -> start(cache) + i);
                long[] ones = new long[length];
                Arrays.fill(ones, 1);
                long[] chosen = new long[length];
                Arrays.setAll(chosen, i -> i);
                TokenRows piece =
                        new TokenRows(
                                row(Arrays.copyOfRange(text, start, start + length)),
                                row(positions),
                                row(ones));
                NDArray logits = lm.extend(weights, cache, piece, manager.create(chosen)).logits();

                assertThat(difference(logits, whole.get(0).get(start + ":" + (start + length))))
                        .isLessThan(1e-5);
                start += length;
            }
            assertThat(cache.used()).isEqualTo(150);
        }
    }

    private static long start(KeyValueCache cache) {
        return cache.used();
    }

    @Test
    void dropoutOfAdaptersIsForTrainingOnlyAndFollowsTheSeed() {
        Golden golden = Golden.read(manager, "llama");
        CausalConfig config = golden.config();
        Map<String, NDArray> base = golden.weights(manager).asMap();
        TokenRows rows = TokenRows.of(manager, golden.documents());
        LoraScaling scaling;
        Map<String, NDArray> weights;
        try (LoraAdapter adapter =
                LoraAdapter.read(manager, golden.folder().resolve("lora"), config)) {
            scaling = new LoraScaling(0.5, adapter.scaling().byModule());
            weights = adapter.with(base);
            try (CausalLm lm = new CausalLm(manager, config, Precision.FP32, scaling)) {
                NDArray plain = Golden.logits(lm, weights, rows, Mode.INFERENCE);
                Torch.seed(1);
                NDArray first = Golden.logits(lm, weights, rows, Mode.TRAINING);
                NDArray second = Golden.logits(lm, weights, rows, Mode.TRAINING);
                Torch.seed(1);
                NDArray again = Golden.logits(lm, weights, rows, Mode.TRAINING);

                assertThat(golden.difference(plain, golden.get("lora_logits"))).isLessThan(1e-4);
                assertThat(again).isEqualTo(first);
                assertThat(difference(first, second)).isGreaterThan(1e-4);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma3", "qwen3_5"})
    void adaptersLearnBesideWeightsThatAreHeldInBfloat16(String name) {
        Golden golden = Golden.read(manager, name);
        TokenRows rows = TokenRows.packed(manager, List.of(List.of(text(9, 1), text(12, 2))));
        try (LoraAdapter adapter =
                        LoraAdapter.read(
                                manager, golden.folder().resolve("lora"), golden.config());
                HeldWeights rounded =
                        HeldWeights.of(manager, golden.weights(manager), Precision.BF16);
                HeldWeights exact =
                        HeldWeights.of(manager, golden.weights(manager), Precision.FP32);
                Gradients gradients = new Gradients(manager)) {
            adapter.weights().requireGradients();
            List<NDArray> parameters = List.copyOf(adapter.weights().asMap().values());
            List<NDList> found = new ArrayList<>();
            for (HeldWeights held : List.of(rounded, exact)) {
                Precision precision = held == rounded ? Precision.BF16 : Precision.FP32;
                try (CausalLm lm =
                        new CausalLm(manager, golden.config(), precision, adapter.scaling())) {
                    NDArray logits =
                            Golden.logits(lm, adapter.with(held.asMap()), rows, Mode.TRAINING);
                    found.add(gradients.of(manager, Golden.weightedSum(logits), parameters));
                }
            }
            for (int i = 0; i < parameters.size(); i++) {
                double scale = found.get(1).get(i).norm().getFloat();

                assertThat(found.get(0).get(i).sub(found.get(1).get(i)).norm().getFloat() / scale)
                        .as(adapter.weights().names().get(i))
                        .isLessThan(0.2);
            }
        }
    }

    @Test
    void callsLeaveNoArraysBehind() {
        Golden golden = Golden.read(manager, "qwen3_5");
        Map<String, NDArray> weights = golden.weights(manager).asMap();
        try (CausalLm lm = new CausalLm(manager, golden.config(), Precision.FP32)) {
            Generator generator = new Generator(manager, lm, weights);
            generator.generate(List.of(Golden.greedy(text(5, 1), 3)));
            int before = manager.getManagedArrays().size();
            generator.generate(
                    List.of(Golden.greedy(text(5, 1), 90), Golden.greedy(text(9, 2), 4)));

            assertThat(manager.getManagedArrays()).hasSize(before);
        }
    }

    private static NDArray sumOfLogits(CausalLm lm, Weights weights, TokenRows rows) {
        return Golden.weightedSum(Golden.logits(lm, weights.asMap(), rows, Mode.TRAINING));
    }

    /** Random tokens. */
    private static long[] text(int length, int seed) {
        return new Random(seed).longs(length, 0, 600).toArray();
    }

    private NDArray row(long[] values) {
        return manager.create(values).reshape(1, values.length);
    }

    private static double difference(NDArray actual, NDArray expected) {
        assertThat(actual.getShape()).isEqualTo(expected.getShape());
        return actual.sub(expected).abs().max().getFloat();
    }
}
