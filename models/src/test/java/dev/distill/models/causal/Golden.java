package dev.distill.models.causal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

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

    /** Mean cross-entropy of the targets that are trained, each by the token before it. */
    NDArray loss(NDArray logits) {
        NDArray targets = get("labels").get(":, 1:").flatten(); // (B (T - 1))
        NDArray trained = targets.gte(0).toType(DataType.FLOAT32, false);
        NDArray chosen = targets.maximum(0);
        long vocabulary = logits.getShape().get(2);
        NDArray before = logits.get(":, :-1").reshape(-1, vocabulary);
        NDArray losses =
                before.logSoftmax(1).mul(chosen.oneHot((int) vocabulary)).sum(new int[] {1}).neg();
        return losses.mul(trained).sum().div(trained.sum());
    }

    /** The largest difference of logits, (B, T, V), over all tokens that are not padding. */
    double difference(NDArray logits, NDArray expected) {
        assertThat(logits.getShape()).isEqualTo(expected.getShape());
        NDArray seen = get("attention_mask").toType(DataType.FLOAT32, false).expandDims(2);
        return logits.sub(expected).mul(seen).abs().max().getFloat();
    }
}
