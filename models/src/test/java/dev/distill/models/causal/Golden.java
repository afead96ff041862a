package dev.distill.models.causal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.distill.models.Encoder.Mode;
import dev.distill.models.Program;
import dev.distill.models.Shards;
import dev.distill.models.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** A golden checkpoint and what transformers 5.18 computed with it in float32. */
record Golden(Path folder, Map<String, NDArray> arrays) {
    static Golden read(NDManager manager, String name) {
        Path folder = Path.of("src/test/resources/golden", name);
        try (InputStream in = Files.newInputStream(folder.resolve("golden.safetensors"))) {
            return new Golden(
                    folder,
                    NDList.decode(manager, in).stream()
                            .collect(Collectors.toMap(NDArray::getName, array -> array)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    NDArray get(String name) {
        return Objects.requireNonNull(arrays.get(name), name);
    }

    CausalConfig config() {
        return CausalConfig.read(folder.resolve("config.json"));
    }

    Weights weights(NDManager manager) {
        return Shards.read(manager, folder, config().shapes(), Names::plain);
    }

    /** The texts without their padding. */
    List<long[]> documents() {
        NDArray ids = get("input_ids");
        NDArray lengths = get("attention_mask").sum(new int[] {1});
        List<long[]> documents = new ArrayList<>();
        for (int row = 0; row < ids.getShape().get(0); row++) {
            documents.add(ids.get(row).get("0:" + lengths.getLong(row)).toLongArray());
        }
        return documents;
    }

    /**
     * Mean cross-entropy of the targets that are trained, each by the token before it; recorded.
     */
    NDArray loss(NDManager manager, NDArray logits) {
        try (Program program = Program.load(manager, Golden.class, "loss.py", "Loss")) {
            return program.call("forward")
                    .tensor(logits)
                    .tensor(get("labels"))
                    .record(manager)
                    .singletonOrThrow();
        }
    }

    /** The largest difference of logits, (B, T, V), over all tokens that are not padding. */
    double difference(NDArray logits, NDArray expected) {
        assertThat(logits.getShape()).isEqualTo(expected.getShape());
        NDArray seen = get("attention_mask").toType(DataType.FLOAT32, false).expandDims(2);
        return logits.sub(expected).mul(seen).abs().max().getFloat();
    }

    /** The logits of all tokens, (B, T, V). */
    static NDArray logits(CausalLm lm, Map<String, NDArray> weights, TokenRows rows, Mode mode) {
        NDManager manager = rows.ids().getManager();
        NDArray hidden = lm.hiddenStates(weights, rows, mode);
        NDArray all = manager.create(LongStream.range(0, rows.ids().size()).toArray());
        NDArray flat = lm.logits(weights, hidden, all, mode);
        try (Program program = Program.load(manager, Golden.class, "loss.py", "Loss")) {
            return program.call("like").tensor(flat).tensor(rows.ids()).record(manager).get(0);
        }
    }

    /** A number that depends on each logit in its own way, alike for equal tokens; recorded. */
    static NDArray weightedSum(NDArray logits) {
        NDManager manager = logits.getManager();
        try (Program program = Program.load(manager, Golden.class, "loss.py", "Loss")) {
            return program.call("weighted_sum").tensor(logits).record(manager).get(0);
        }
    }

    static Generation.Request greedy(long[] prompt, int tokens) {
        return new Generation.Request(prompt, tokens, Set.of(), Sampling.GREEDY, 0);
    }
}
