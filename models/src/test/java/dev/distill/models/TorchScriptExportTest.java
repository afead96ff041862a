package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import dev.distill.config.UserError;
import dev.distill.models.Encoder.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TorchScriptExportTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"bert", "distilbert", "modernbert"})
    void theFileAloneGivesTheLogitsOfThePackage(String name) {
        Path student = GoldenEncoderTest.folder(name);
        Path file = folder.resolve("student.pt");
        TorchScriptExport.write(student, file);

        EncoderConfig config = EncoderConfig.read(student.resolve("config.json"));
        try (NDManager manager = Torch.newManager();
                Weights weights =
                        Checkpoint.read(
                                manager, student, config.shapes(), config.architecture().prefix());
                Encoder encoder = new Encoder(manager, config, Precision.FP32);
                Tokenizer tokenizer = Tokenizer.load(student.resolve("tokenizer.json"));
                PtSymbolBlock block =
                        JniUtils.loadModule(
                                (PtNDManager) manager,
                                file,
                                true,
                                new String[0],
                                new String[0],
                                false)) {
            TokenBatch batch =
                    TokenBatch.of(
                            manager, tokenizer.encode(List.of("where is my order", "thanks"), 16));
            NDArray expected = encoder.logits(weights, batch.ids(), batch.mask(), Mode.INFERENCE);
            NDArray logits =
                    block.forward(
                                    new ParameterStore(manager, false),
                                    new NDList(batch.ids(), batch.mask()),
                                    false)
                            .singletonOrThrow();

            assertThat(logits.getShape()).isEqualTo(expected.getShape());
            assertThat(logits.toFloatArray())
                    .containsExactly(expected.toFloatArray(), within(1e-6f));
        }
    }

    @Test
    void whatIsNoClassifierIsRefused() throws IOException {
        EncoderConfig config =
                EncoderConfig.read(GoldenEncoderTest.folder("bert").resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"), config.withHead(Head.MEAN, List.of(), 8).toJson());

        assertThatThrownBy(() -> TorchScriptExport.write(folder, folder.resolve("student.pt")))
                .isInstanceOf(UserError.class)
                .hasMessageEndingWith("config.json: id2label is missing: no classifier");
        assertThat(folder.resolve("student.pt")).doesNotExist();
    }
}
