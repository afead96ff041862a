package dev.distill.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.UserError;
import dev.distill.datasets.TokenLogprob.Alternative;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetFileTest {
    @TempDir Path folder;

    @Test
    void readsBackWhatItWrote() {
        List<AnswerRow> rows =
                List.of(row(0), Rows.answer("b", "zażółć 🎉", Part.VALIDATION, "what?"));
        Path file = folder.resolve("a/rows.parquet");
        ParquetFile.write(file, AnswerRow.class, rows, Map.of("source", "sha256:1"));
        assertThat(ParquetFile.read(file, AnswerRow.class)).isEqualTo(rows);
        assertThat(ParquetFile.metadata(file)).containsEntry("source", "sha256:1");
    }

    @Test
    void keepsTheTeachersTokensAndTheirAlternativesAsTheyCame() throws IOException {
        AnswerRow row =
                Rows.withLogprobs(
                        row(0),
                        """
                        {"content":[
                          {"token":"re","bytes":[114,101],"logprob":-0.125,"top_logprobs":[
                            {"token":"re","bytes":[114,101],"logprob":-0.125},
                            {"token":"\\u00c3","bytes":[195],"logprob":-3.5}]},
                          {"token":"fund","logprob":0.0,"top_logprobs":[]}]}""");
        Path file = folder.resolve("rows.parquet");
        ParquetFile.write(file, AnswerRow.class, List.of(row, row(1)), Map.of());

        List<AnswerRow> read = ParquetFile.read(file, AnswerRow.class);

        assertThat(read).containsExactly(row, row(1));
        TokenLogprob first = read.getFirst().logprobs().getFirst();
        assertThat(first.bytes()).isEqualTo(ByteBuffer.wrap(new byte[] {'r', 'e'}));
        assertThat(first.logprob()).isEqualTo(-0.125f);
        assertThat(first.topLogprobs().getLast())
                .isEqualTo(new Alternative(ByteBuffer.wrap(new byte[] {(byte) 195}), -3.5f));
        assertThat(read.getFirst().logprobs()).hasSize(2);
        assertThat(read.getLast().logprobs()).isEmpty();
    }

    @Test
    void readsAnswersThatWereWrittenBeforeTheyHadLogProbabilities() {
        Path file = Path.of("src/test/resources/answers-without-logprobs.parquet");

        assertThat(ParquetFile.read(file, AnswerRow.class))
                .containsExactly(
                        Rows.answer("a", "where is my refund", Part.TRAIN, "refund"),
                        Rows.answer("b", "zażółć 🎉", Part.VALIDATION, "what?"));
    }

    @Test
    void writesTheOtherRowsToo() {
        List<RejectedRow> rejected =
                List.of(
                        new RejectedRow("a", "t", "query", "refused", Optional.empty()),
                        new RejectedRow("b", "t", "query", "refused", Optional.of("no")));
        Path file = folder.resolve("rejected.parquet");
        ParquetFile.write(file, RejectedRow.class, rejected, Map.of());
        assertThat(ParquetFile.read(file, RejectedRow.class)).isEqualTo(rejected);

        Request gold = new Request("g", "hi", Optional.of("card"), Optional.empty(), Rows.PLACE);
        List<PredictionRow> predictions =
                List.of(
                        PredictionRow.of(
                                gold, Optional.of("?"), Optional.empty(), "key", "card", 0.75));
        ParquetFile.write(file, PredictionRow.class, predictions, Map.of());
        assertThat(ParquetFile.read(file, PredictionRow.class)).isEqualTo(predictions);
    }

    @Test
    void writesAFileWithoutRows() {
        Path file = folder.resolve("rows.parquet");
        ParquetFile.write(file, AnswerRow.class, List.of(), Map.of());
        assertThat(ParquetFile.read(file, AnswerRow.class)).isEmpty();
    }

    @Test
    void equalRowsGiveEqualBytes() throws IOException {
        List<AnswerRow> rows = IntStream.range(0, 500).mapToObj(ParquetFileTest::row).toList();
        Map<String, String> metadata = Map.of("b", "2", "a", "1", "c", "3");
        ParquetFile.write(folder.resolve("1"), AnswerRow.class, rows, metadata);
        ParquetFile.write(folder.resolve("2"), AnswerRow.class, rows, metadata);
        assertThat(folder.resolve("1")).hasSameBinaryContentAs(folder.resolve("2"));
        try (var files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("1", "2");
        }
    }

    @Test
    void aFailedWriteLeavesTheOldFile() throws IOException {
        Path file = folder.resolve("rows.parquet");
        ParquetFile.write(file, AnswerRow.class, List.of(row(1)), Map.of());
        byte[] before = Files.readAllBytes(file);
        Iterable<AnswerRow> failing =
                () -> IntStream.range(0, 3).mapToObj(i -> row(1 / (1 - i))).iterator();
        assertThatThrownBy(() -> ParquetFile.write(file, AnswerRow.class, failing, Map.of()))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("/ by zero");
        assertThat(file).hasBinaryContent(before);
    }

    @Test
    void namesTheColumnsOfAnotherSchema() {
        Path file = folder.resolve("rows.parquet");
        ParquetFile.write(file, RejectedRow.class, List.of(), Map.of());
        assertThatThrownBy(() -> ParquetFile.read(file, AnswerRow.class))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(file + ": expected the columns of AnswerRow: id (string), ")
                .hasMessageEndingWith(
                        "got id (string), text (string), stage (string), reason (string),"
                                + " answer (optional string)");
    }

    @Test
    void saysThatAFileIsNotParquet() throws IOException {
        Path file = Files.writeString(folder.resolve("rows.parquet"), "id,text\n1,hello\n");
        assertThatThrownBy(() -> ParquetFile.read(file, AnswerRow.class))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(file + ": is not a readable Parquet file: ");
        Path absent = folder.resolve("absent.parquet");
        assertThatThrownBy(() -> ParquetFile.read(absent, AnswerRow.class))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(absent + ": cannot read: no such file");
    }

    private static AnswerRow row(int i) {
        return Rows.answer("row-" + i, "where is my refund " + i, Part.TRAIN, "refund");
    }
}
