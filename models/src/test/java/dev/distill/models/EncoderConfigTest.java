package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.UserError;
import dev.distill.models.EncoderConfig.Dropout;
import dev.distill.models.EncoderConfig.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EncoderConfigTest {
    @TempDir Path folder;

    @Test
    void everyMemberOfTransformersConfigIsRead() {
        EncoderConfig config =
                EncoderConfig.read(GoldenEncoderTest.folder("bert").resolve("config.json"));

        assertThat(config)
                .isEqualTo(
                        new EncoderConfig(
                                Architecture.BERT,
                                new Size(600, 32, 2, 4, 64, 64, 2),
                                Activation.GELU,
                                1e-12,
                                Dropout.NONE,
                                Head.POOLER,
                                List.of("LABEL_0", "LABEL_1", "LABEL_2"),
                                64));
    }

    @ParameterizedTest
    @EnumSource(Head.class)
    void whatIsWrittenIsReadBack(Head head) throws IOException {
        Architecture architecture =
                switch (head) {
                    case CLS, MEAN, POOLER -> Architecture.BERT;
                    case PRE_CLASSIFIER -> Architecture.DISTILBERT;
                    case PREDICTION_CLS, PREDICTION_MEAN -> Architecture.MODERNBERT;
                };
        EncoderConfig config =
                new EncoderConfig(
                        architecture,
                        new Size(100, 8, 1, 2, 16, 32, architecture == Architecture.BERT ? 2 : 0),
                        Activation.GELU_TANH,
                        1e-5,
                        new Dropout(0.1, 0.2, 0.3),
                        head,
                        List.of("yes", "no"),
                        16,
                        architecture == Architecture.MODERNBERT
                                ? Optional.of(new LocalAttention(List.of(true), 6, 5e4, 1e3))
                                : Optional.empty(),
                        3);

        assertThat(EncoderConfig.read(write(config.toJson()))).isEqualTo(config);
    }

    @Test
    void modernBertsOwnMembersAreRead() {
        EncoderConfig config =
                EncoderConfig.read(GoldenEncoderTest.folder("modernbert").resolve("config.json"));

        assertThat(config)
                .isEqualTo(
                        new EncoderConfig(
                                Architecture.MODERNBERT,
                                new Size(600, 32, 3, 4, 64, 64, 0),
                                Activation.GELU,
                                1e-5,
                                Dropout.NONE,
                                Head.PREDICTION_CLS,
                                List.of("LABEL_0", "LABEL_1", "LABEL_2"),
                                64,
                                Optional.of(
                                        new LocalAttention(
                                                List.of(true, false, false), 8, 160_000, 10_000)),
                                0));
    }

    /** As the published checkpoints of 2024 have it. */
    @Test
    void theOlderSpellingOfModernBertIsUnderstood() throws IOException {
        Path file =
                write(
                        """
                        {"model_type": "modernbert", "vocab_size": 10, "hidden_size": 8,
                         "num_hidden_layers": 5, "num_attention_heads": 2, "intermediate_size": 4,
                         "max_position_embeddings": 16, "global_attn_every_n_layers": 2,
                         "global_rope_theta": 3000.0, "local_rope_theta": 200.0,
                         "local_attention": 4, "classifier_pooling": "mean", "pad_token_id": 9}
                        """);

        EncoderConfig config = EncoderConfig.read(file);

        assertThat(config.local())
                .contains(
                        new LocalAttention(List.of(true, false, true, false, true), 4, 3000, 200));
        assertThat(config.head()).isEqualTo(Head.PREDICTION_MEAN);
        assertThat(config.padToken()).isEqualTo(9);
    }

    @Test
    void whatModernBertsProgramDoesNotComputeIsRefused() throws IOException {
        Path file =
                write(
                        """
                        {"model_type": "modernbert", "vocab_size": 10, "hidden_size": 8,
                         "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 4,
                         "max_position_embeddings": 16, "pad_token_id": 10, "norm_bias": true,
                         "classifier_activation": "silu", "embedding_dropout": 0.1,
                         "local_attention": 1, "layer_types": ["full_attention", "causal", "x"],
                         "rope_parameters": {"full_attention": {"rope_type": "yarn"},
                                             "sliding_attention": {"rope_theta": 0}},
                         "classifier_pooling": "max"}
                        """);

        assertThatThrownBy(() -> EncoderConfig.read(file))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("norm_bias must be false, got true")
                .hasMessageContaining("classifier_activation must be gelu, got silu")
                .hasMessageContaining(
                        "embedding_dropout and mlp_dropout must be equal, got 0.1 and 0.0")
                .hasMessageContaining("local_attention must be >= 2, got 1")
                .hasMessageContaining(
                        "layer_types: 'causal' is not one of full_attention, sliding_attention")
                .hasMessageContaining("layer_types has 3 members for 2 layers")
                .hasMessageContaining(
                        "rope_parameters.full_attention.rope_type must be default, got yarn")
                .hasMessageContaining("rope_theta of sliding_attention must be > 0, got 0.0")
                .hasMessageContaining("classifier_pooling 'max' is not one of cls, mean")
                .hasMessageContaining("pad_token_id must be in [0, 10), got 10");
    }

    @Test
    void anUnknownModelTypeNamesTheKnownOnes() throws IOException {
        Path file = write("{\"model_type\": \"gpt2\"}");

        assertThatThrownBy(() -> EncoderConfig.read(file))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        file
                                + ": model_type 'gpt2' is not known\n"
                                + "hint: known are bert, distilbert, modernbert");
    }

    @Test
    void allProblemsAreReportedAtOnce() throws IOException {
        Path file =
                write(
                        """
                        {"model_type": "bert", "vocab_size": 10, "hidden_size": 10,
                         "num_hidden_layers": 0, "num_attention_heads": 3, "intermediate_size": "x",
                         "max_position_embeddings": 8, "hidden_act": "silu",
                         "hidden_dropout_prob": 1.5, "position_embedding_type": "relative_key",
                         "id2label": {"1": "a"}, "distill": {"pooling": "max", "max_length": 9}}
                        """);

        assertThatThrownBy(() -> EncoderConfig.read(file))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("num_hidden_layers must be >= 1, got 0")
                .hasMessageContaining("3 heads cannot share out a hidden size of 10")
                .hasMessageContaining("intermediate_size must be >= 1, got \"x\"")
                .hasMessageContaining("type_vocab_size is missing")
                .hasMessageContaining("hidden_act 'silu' is not one of gelu")
                .hasMessageContaining("hidden_dropout_prob must be in [0, 1), got 1.5")
                .hasMessageContaining("position_embedding_type must be absolute, got relative_key")
                .hasMessageContaining("id2label has 1 members, but none for 0")
                .hasMessageContaining("distill.pooling 'max' is not one of mean, cls")
                .hasMessageContaining("distill.max_length must be in [2, 8], got 9");
    }

    @Test
    void textThatIsNotJsonIsReportedWithItsPlace() throws IOException {
        Path file = write("{\n  nonsense");

        assertThatThrownBy(() -> EncoderConfig.read(file))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(file + ":2:");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> EncoderConfig.read(folder.resolve("none.json")))
                .isInstanceOf(UserError.class)
                .hasMessageEndingWith("none.json: there is no such file");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("config.json"), text);
    }
}
