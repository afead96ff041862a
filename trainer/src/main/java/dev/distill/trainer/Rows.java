package dev.distill.trainer;

import dev.distill.models.Tokenizer;
import dev.distill.models.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The rows of a training as the student reads them. */
record Rows(List<EncodedRow> training, List<EncodedRow> validation) {
    /** Encodes all rows of a job. */
    static Rows encode(TrainingJob job) {
        int maxLength = job.encoder().maxLength();
        try (Tokenizer tokenizer = Tokenizer.load(job.base().tokenizerFile())) {
            return new Rows(
                    encode(tokenizer, job.training(), maxLength),
                    encode(tokenizer, job.validation(), maxLength));
        }
    }

    private static List<EncodedRow> encode(
            Tokenizer tokenizer, List<TrainingRow> rows, int maxLength) {
        List<Tokens> tokens =
                tokenizer.encode(rows.stream().map(TrainingRow::text).toList(), maxLength);
        List<EncodedRow> encoded = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            TrainingRow row = rows.get(i);
            encoded.add(new EncodedRow(row.id(), tokens.get(i), row.label(), row.teacher()));
        }
        return encoded;
    }

    /** The tokens that some row has, each once, in ascending order. */
    long[] tokens() {
        return Stream.of(training, validation)
                .flatMap(List::stream)
                .flatMapToLong(row -> LongStream.of(row.tokens().ids()))
                .distinct()
                .sorted()
                .toArray();
    }

    /**
     * The share of the training rows that are cut, 0 to 1.
     *
     * @throws dev.distill.config.UserError when it is so great that the student would not see what
     *     it is to decide on
     */
    double truncatedShare(int maxLength) {
        int truncated = (int) training.stream().filter(row -> row.tokens().cut()).count();
        return Preflight.truncatedShare(truncated, training.size(), maxLength);
    }
}
