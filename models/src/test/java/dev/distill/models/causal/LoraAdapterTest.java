package dev.distill.models.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.config.UserError;
import dev.distill.models.Encoder.Mode;
import dev.distill.models.Precision;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraAdapterTest {
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

    @Test
    void aFreshAdapterChangesNothingAndFollowsItsSeed() {
        Golden golden = Golden.read(manager, "qwen3_5");
        LoraConfig config = LoraConfig.of(4, 8, 0.1, List.of(LoraConfig.ALL_LINEAR));
        Map<String, NDArray> weights = golden.weights(manager).asMap();
        TokenRows rows = TokenRows.of(manager, golden.documents());
        try (LoraAdapter adapter = LoraAdapter.fresh(manager, golden.config(), config, 7);
                LoraAdapter again = LoraAdapter.fresh(manager, golden.config(), config, 7);
                LoraAdapter other = LoraAdapter.fresh(manager, golden.config(), config, 8);
                CausalLm lm =
                        new CausalLm(manager, golden.config(), Precision.FP32, adapter.scaling())) {
            NDArray logits = Golden.logits(lm, adapter.with(weights), rows, Mode.INFERENCE);
            String a = "model.layers.0.linear_attn.in_proj_qkv.lora_A.weight";

            assertThat(golden.difference(logits, golden.get("logits"))).isLessThan(1e-4);
            assertThat(adapter.weights().get(a)).isEqualTo(again.weights().get(a));
            assertThat(adapter.weights().get(a)).isNotEqualTo(other.weights().get(a));
            assertThat(adapter.layers()).hasSize(3 * (5 + 3) + 4 + 3);
        }
    }

    @ParameterizedTest
    @CsvSource({"llama", "gemma3", "qwen3_5"})
    void whatPeftWroteIsWrittenAgainAsItWas(String name) {
        Golden golden = Golden.read(manager, name);
        Path peft = golden.folder().resolve("lora");
        try (LoraAdapter adapter = LoraAdapter.read(manager, peft, golden.config())) {
            adapter.write(folder);

            try (LoraAdapter again = LoraAdapter.read(manager, folder, golden.config());
                    Weights ours =
                            Weights.read(manager, folder.resolve("adapter_model.safetensors"));
                    Weights theirs =
                            Weights.read(manager, peft.resolve("adapter_model.safetensors"))) {
                assertThat(again.config()).isEqualTo(adapter.config());
                assertThat(ours.shapes()).containsExactlyInAnyOrderEntriesOf(theirs.shapes());
                theirs.names()
                        .forEach(
                                weight ->
                                        assertThat(ours.get(weight)).isEqualTo(theirs.get(weight)));
            }
        }
    }

    @Test
    void anAdapterForAnotherBaseIsRefusedNamingWhatDoesNotFit() {
        Golden golden = Golden.read(manager, "qwen3_5");
        Path peft = Golden.read(manager, "llama").folder().resolve("lora");

        assertThatThrownBy(() -> LoraAdapter.read(manager, peft, golden.config()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "adapter_model.safetensors: base_model.model.model.layers.0.self_attn.q_proj"
                                + ".lora_A.weight is for no linear layer of the base")
                .hasMessageContaining("the base is a qwen3_5_text of 4 layers of 32");
    }

    @Test
    void anAdapterOfOtherShapesIsRefusedNamingBoth() throws IOException {
        Golden golden = Golden.read(manager, "llama");
        Path peft = golden.folder().resolve("lora");
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(peft.resolve(file), folder.resolve(file));
        }
        Path config = folder.resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("\"r\": 4", "\"r\": 8"));

        assertThatThrownBy(() -> LoraAdapter.read(manager, folder, golden.config()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "layers.0.mlp.down_proj.lora_A.weight has shape (4, 64), the base and r ask"
                                + " for (8, 64)");
    }

    @Test
    void settingsThatChangeTheArithmeticAreRefused() throws IOException {
        Path config = folder.resolve("adapter_config.json");
        Files.writeString(
                config,
                """
                {"peft_type": "IA3", "use_dora": true, "bias": "all", "modules_to_save": ["lm_head"]}
                """);

        assertThatThrownBy(() -> LoraConfig.read(config))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("peft_type must be LORA, got 'IA3'")
                .hasMessageContaining("bias must be none, got 'all'")
                .hasMessageContaining("use_dora is not supported, got true")
                .hasMessageContaining("modules_to_save is not supported, got [\"lm_head\"]");
    }

    @Test
    void aTargetThatTheBaseLacksIsRefusedWithThoseThatItHas() {
        Golden golden = Golden.read(manager, "llama");
        LoraConfig config = LoraConfig.of(4, 8, 0, List.of("q_proj", "query"));

        assertThatThrownBy(() -> config.layers(golden.config()))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        "target_modules: llama has no linear layer 'query'\nhint: it has q_proj,"
                                + " k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, or use"
                                + " all-linear");
    }

    @Test
    void ranksAndScalesFollowPatternsAndStabilisation() {
        LoraConfig config =
                new LoraConfig(
                        4,
                        8,
                        0,
                        List.of("q_proj"),
                        Map.of("layers.1.self_attn.q_proj", 16),
                        Map.of("self_attn.*", 32.0),
                        true,
                        "base");

        assertThat(config.rank("model.layers.1.self_attn.q_proj")).isEqualTo(16);
        assertThat(config.rank("model.layers.0.self_attn.q_proj")).isEqualTo(4);
        assertThat(config.scaling("model.layers.1.self_attn.q_proj")).isEqualTo(8);
        assertThat(config.scaling("model.layers.0.mlp.up_proj")).isEqualTo(4);
    }

    @Test
    void settingsAreWrittenAsTheyWereRead() throws IOException {
        LoraConfig config =
                new LoraConfig(
                        4,
                        8,
                        0.05,
                        List.of("q_proj", "v_proj"),
                        Map.of("q_proj", 16),
                        Map.of("v_proj", 2.5),
                        true,
                        "org/base");
        Path file = folder.resolve("adapter_config.json");
        Files.writeString(file, config.toJson());

        assertThat(LoraConfig.read(file)).isEqualTo(config);
    }
}
