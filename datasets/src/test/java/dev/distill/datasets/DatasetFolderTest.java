package dev.distill.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.CurateConfig;
import dev.distill.config.UserError;
import dev.distill.files.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetFolderTest {
    private static final Curation ROWS =
            Curation.of(
                    List.of(
                            Rows.answer("a", "my card", Part.TRAIN, "card"),
                            Rows.answer("b", "My card", Part.TRAIN, "card"),
                            Rows.answer("c", "money back", Part.VALIDATION, "refund")),
                    List.of(),
                    Rows.LABELS,
                    new CurateConfig(
                            CurateConfig.Dedup.EXACT, CurateConfig.GoldOverlap.REJECT, 0.5));
    private static final DatasetCard CARD =
            new DatasetCard(
                    "intents: \"v1\"",
                    "Answers of a teacher, curated.",
                    Rows.LABELS,
                    new TreeMap<>(Map.of("source", Digest.of("rows"))));

    @TempDir Path path;

    @Test
    void readsBackWhatItWroteAndNamesItsInputs() {
        DatasetFolder folder = new DatasetFolder(path.resolve("dataset"));
        folder.write(ROWS, CARD);
        assertThat(folder.train()).isEqualTo(ROWS.train());
        assertThat(folder.validation()).isEqualTo(ROWS.validation());
        assertThat(ParquetFile.read(folder.rejectedFile(), RejectedRow.class))
                .isEqualTo(ROWS.rejected());
        assertThat(ParquetFile.metadata(folder.trainFile()))
                .containsEntry("distill.input.source", Digest.of("rows").toString());
        assertThat(folder.cardFile()).hasContent(CARD.markdown(ROWS));
        assertThat(path.resolve("dataset/data/train-00000-of-00001.parquet")).exists();
    }

    @Test
    void anOldCardDoesNotVouchForNewFiles() throws IOException {
        DatasetFolder folder = new DatasetFolder(path);
        folder.write(ROWS, CARD);
        Files.delete(folder.rejectedFile());
        Files.createDirectory(folder.rejectedFile());
        Files.createFile(folder.rejectedFile().resolve("in the way"));
        assertThatThrownBy(() -> folder.write(ROWS, CARD))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(folder.rejectedFile() + ": cannot write: ");
        assertThat(folder.cardFile()).doesNotExist();
    }

    @Test
    void theCardSaysWhatIsInTheDatasetAndWhereItComesFrom() {
        assertThat(CARD.markdown(ROWS))
                .isEqualTo(
                        """
                        ---
                        pretty_name: "intents: \\"v1\\""
                        task_categories:
                        - text-classification
                        configs:
                        - config_name: default
                          data_files:
                          - split: train
                            path: data/train-00000-of-00001.parquet
                          - split: validation
                            path: data/validation-00000-of-00001.parquet
                        ---
                        # intents: "v1"

                        Answers of a teacher, curated.

                        ## Rows

                        | part | rows |
                        |---|---|
                        | train | 1 |
                        | validation | 1 |
                        | rejected (rejected.parquet) | 1 |

                        | step | rows in | rejected |
                        |---|---|---|
                        | schema | 3 | 0 |
                        | gold_overlap | 3 | 0 |
                        | leak | 3 | 0 |
                        | duplicate | 3 | 1 |

                        ## Labels

                        `probabilities` has one value for each label, in this order.

                        | label | train | validation |
                        |---|---|---|
                        | refund | 0 | 1 |
                        | card | 1 | 0 |
                        | card_payment | 0 | 0 |

                        ## Teacher

                        The 2 answers of these rows cost 0.0000025 US dollars: 80 input tokens (16 from the cache), 6 output tokens (0 for reasoning).

                        | provider | model | answers | recorded (simulated) |
                        |---|---|---|---|
                        | acme | acme-large-2 | 2 | 2 |

                        | probabilities from | rows |
                        |---|---|
                        | one_hot | 2 |

                        `logprobs` is empty: the teacher was not asked for them, or did not tell.

                        ## Made from

                        | input | content |
                        |---|---|
                        | source | sha256:DIGEST |
                        """
                                .replace("DIGEST", Digest.of("rows").hex()));
    }
}
