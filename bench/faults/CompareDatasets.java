import dev.distill.datasets.AnswerRow;
import dev.distill.datasets.ParquetFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Are two datasets the same but for the moments of their answers? {@code java -cp .../lib/distill.jar
 * CompareDatasets.java RUN RUN} compares {@code dataset/data/*.parquet} of two run folders row by row;
 * exit status 1 when they differ.
 */
class CompareDatasets {
    public static void main(String[] args) throws IOException {
        List<AnswerRow> one = rows(Path.of(args[0]));
        List<AnswerRow> other = rows(Path.of(args[1]));
        int different = Math.abs(one.size() - other.size());
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            different += one.get(i).equals(other.get(i)) ? 0 : 1;
        }
        System.out.printf("%d and %d rows, %d different%n", one.size(), other.size(), different);
        System.exit(different == 0 && !one.isEmpty() ? 0 : 1);
    }

    static List<AnswerRow> rows(Path run) throws IOException {
        List<AnswerRow> rows = new ArrayList<>();
        try (Stream<Path> files = Files.list(run.resolve("dataset/data"))) {
            files.filter(f -> f.toString().endsWith(".parquet"))
                    .sorted()
                    .forEach(f -> ParquetFile.read(f, AnswerRow.class).forEach(r -> rows.add(timeless(r))));
        }
        return rows;
    }

    /** The row without when it was asked and how long that took, which no two runs share. */
    static AnswerRow timeless(AnswerRow r) {
        return new AnswerRow(
                r.id(), r.text(), r.group(), r.part(), r.requestKey(), r.route(), r.provider(), r.model(),
                r.inputTokens(), r.cachedTokens(), r.outputTokens(), r.reasoningTokens(), r.costNanoUsd(), 0,
                r.finishReason(), r.answer(), Instant.EPOCH, r.simulated(), r.label(), r.probabilities(),
                r.probabilitySource(), r.probabilityMass(), r.logprobs());
    }
}
