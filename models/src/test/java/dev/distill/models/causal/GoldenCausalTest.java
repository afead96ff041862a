package dev.distill.models.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.distill.models.Encoder.Mode;
import dev.distill.models.Precision;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our decoders against numbers that transformers 5.18 computed in float32. */
@Tag("golden")
class GoldenCausalTest {
    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "gemma3", "qwen3_5"})
    void logitsLossAndEveryGradientAreThoseOfTransformers(String name) {
        try (NDManager manager = Torch.newManager()) {
            Golden golden = Golden.read(manager, name);
            CausalConfig config = golden.config();
            Weights weights =
                    Weights.read(manager, golden.folder().resolve("model.safetensors"));
            weights.requireGradients();
            TokenRows rows = TokenRows.of(manager, golden.documents());
            try (CausalLm lm = new CausalLm(manager, config, Precision.FP32);
                    GradientCollector collector = Torch.newGradientCollector()) {
                NDArray logits = logits(lm, weights, rows, Mode.TRAINING);
                NDArray loss = golden.loss(logits);
                collector.backward(loss);

                assertThat(golden.difference(logits, golden.get("logits"))).isLessThan(1e-4);
                assertThat(loss.getFloat()).isCloseTo(golden.get("loss").getFloat(), within(1e-5f));
            }

            assertThat(weights.shapes()).containsExactlyInAnyOrderEntriesOf(config.shapes());
            for (String weight : weights.names()) {
                NDArray expected = golden.get("grad." + weight);
                double scale = expected.abs().max().getFloat();
                NDArray difference = weights.get(weight).getGradient().sub(expected).abs().max();
                assertThat((double) difference.getFloat())
                        .as(weight)
                        .isLessThanOrEqualTo(Math.max(1e-3 * scale, 1e-7));
            }
        }
    }

    /** The logits of all tokens, (B, T, V). */
    static NDArray logits(CausalLm lm, Weights weights, TokenRows rows, Mode mode) {
        NDArray hidden = lm.hiddenStates(weights.asMap(), rows, mode);
        long tokens = rows.ids().size();
        NDArray all = rows.ids().getManager().arange((float) tokens).toType(
                ai.djl.ndarray.types.DataType.INT64, false);
        return lm.logits(weights.asMap(), hidden, all, mode)
                .reshape(rows.ids().getShape().add(config(lm).size().vocabulary()));
    }

    private static CausalConfig config(CausalLm lm) {
        return lm.config();
    }
}
