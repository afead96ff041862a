package dev.distill.datasets;

import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A dataset on disk in the Hugging Face layout: {@code data/} with a Parquet file for each part,
 * the rejected rows, and README.md, which is written last and so says that the rest is complete.
 *
 * @param folder where it is
 */
public record DatasetFolder(Path folder) {
    static final String TRAIN = "data/train-00000-of-00001.parquet";
    static final String VALIDATION = "data/validation-00000-of-00001.parquet";

    /** The training rows, of type {@link AnswerRow}. */
    public Path trainFile() {
        return folder.resolve(TRAIN);
    }

    /** The validation rows, of type {@link AnswerRow}. */
    public Path validationFile() {
        return folder.resolve(VALIDATION);
    }

    /** The rejected rows, of type {@link RejectedRow}. */
    public Path rejectedFile() {
        return folder.resolve("rejected.parquet");
    }

    /** The dataset card. */
    public Path cardFile() {
        return folder.resolve("README.md");
    }

    /**
     * Writes everything; each Parquet file carries the digests of the inputs as {@code
     * distill.input.NAME}.
     *
     * @throws UserError when a file cannot be written
     */
    public void write(Curation rows, DatasetCard card) {
        removeCard();
        Map<String, String> lineage = new TreeMap<>();
        card.inputs()
                .forEach((name, digest) -> lineage.put("distill.input." + name, digest.toString()));
        ParquetFile.write(trainFile(), AnswerRow.class, rows.train(), lineage);
        ParquetFile.write(validationFile(), AnswerRow.class, rows.validation(), lineage);
        ParquetFile.write(rejectedFile(), RejectedRow.class, rows.rejected(), lineage);
        AtomicFile.write(cardFile(), card.markdown(rows));
    }

    /** An old card must not vouch for new files. */
    private void removeCard() {
        try {
            Files.deleteIfExists(cardFile());
        } catch (IOException e) {
            throw AtomicFile.failure(cardFile(), e);
        }
    }

    /** Reads the training rows. */
    public List<AnswerRow> train() {
        return ParquetFile.read(trainFile(), AnswerRow.class);
    }

    /** Reads the validation rows. */
    public List<AnswerRow> validation() {
        return ParquetFile.read(validationFile(), AnswerRow.class);
    }
}
