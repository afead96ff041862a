package dev.distill.datasets;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.distill.config.DataConfig.Columns;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestFileTest {
    private static final Columns PLAIN = columns(null, null);

    @TempDir Path folder;

    /** A row of somebody's Parquet file. */
    public record Foreign(String text, long customerId, Optional<String> label) {}

    @Test
    void readsJsonLines() {
        Path file =
                file(
                        "a.jsonl",
                        """
                        {"text": "where is my money", "label": "refund", "customer": 7, "id": "x"}

                        {"text": "new card", "label": null, "customer": "eight", "id": 12}
                        """);
        assertThat(RequestFile.read(file, columns("id", "customer")))
                .containsExactly(
                        new Request(
                                "x",
                                "where is my money",
                                Optional.of("refund"),
                                Optional.of("7"),
                                Location.of(file, 1)),
                        new Request(
                                "12",
                                "new card",
                                Optional.empty(),
                                Optional.of("eight"),
                                Location.of(file, 3)));
    }

    @Test
    void readsTheParquetFilesOfAFolderInTheOrderOfTheirNames() throws IOException {
        Path parts = Files.createDirectories(folder.resolve("parts"));
        Map<String, String> none = Map.of();
        Foreign b = new Foreign("b", 2, Optional.empty());
        Foreign a = new Foreign("a", 1, Optional.empty());
        ParquetFile.write(parts.resolve("2.parquet"), Foreign.class, List.of(b), none);
        ParquetFile.write(parts.resolve("1.parquet"), Foreign.class, List.of(a), none);
        Files.writeString(parts.resolve(".3.parquet"), "being written");
        Files.writeString(parts.resolve("README.md"), "about it");
        assertThat(RequestFile.read(parts, PLAIN))
                .extracting(Request::id, Request::text)
                .containsExactly(tuple("row-000001", "a"), tuple("row-000002", "b"));
    }

    @Test
    void refusesAFolderWithoutParquetFiles() {
        assertThatThrownBy(() -> RequestFile.read(folder, PLAIN))
                .isInstanceOf(UserError.class)
                .hasMessage(folder + ": has no rows");
    }

    @Test
    void callsRowsByTheirPositionWhenThereIsNoIdColumn() {
        Path file = file("a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\"}");
        List<Request> requests = RequestFile.read(file, PLAIN);
        assertThat(requests).extracting(Request::id).containsExactly("row-000001", "row-000002");
        assertThat(requests)
                .extracting(Request::groupOrId)
                .containsExactly("row-000001", "row-000002");
    }

    @Test
    void readsCsvWithQuotesLineBreaksAndAByteOrderMark() {
        Path file =
                file(
                        "a.csv",
                        "\uFEFF\"text\",label\r\n\"a, \"\"b\"\"\r\nc\",card\r\n\r\nplain,refund\r\n");
        assertThat(RequestFile.readGold(file, PLAIN, Rows.LABELS))
                .extracting(Request::text, r -> r.label().orElseThrow(), r -> r.location().line())
                .containsExactly(tuple("a, \"b\"\r\nc", "card", 2), tuple("plain", "refund", 5));
    }

    @Test
    void readsSomebodysParquetFile() {
        Path file = folder.resolve("a.parquet");
        ParquetFile.write(
                file,
                Foreign.class,
                List.of(
                        new Foreign("hello", 7, Optional.of("card")),
                        new Foreign("bye", 8, Optional.empty())),
                Map.of());
        assertThat(RequestFile.read(file, columns(null, "customer_id")))
                .containsExactly(
                        new Request(
                                "row-000001",
                                "hello",
                                Optional.of("card"),
                                Optional.of("7"),
                                Location.of(file, 1)),
                        new Request(
                                "row-000002",
                                "bye",
                                Optional.empty(),
                                Optional.of("8"),
                                Location.of(file, 2)));
        assertFails(
                () -> RequestFile.readGold(file, PLAIN, Rows.LABELS), file + ":2: label is empty");
        assertFails(
                () -> RequestFile.read(file, columns("customer", null)),
                file
                        + ": column customer is missing\n"
                        + "hint: did you mean customer_id? there are customer_id, label, text");
    }

    /** Written by pyarrow, with columns that Avro has no name or type for. */
    @ParameterizedTest
    @ValueSource(strings = {"snappy", "gzip", "zstd", "none"})
    void readsWhatPythonWrites(String codec) throws URISyntaxException {
        Path file = resource("pyarrow-" + codec + ".parquet");
        assertThat(RequestFile.read(file, columns("id", "group")))
                .containsExactly(
                        new Request(
                                "1",
                                "héllo",
                                Optional.of("card"),
                                Optional.of("7"),
                                Location.of(file, 1)),
                        new Request(
                                "2",
                                "b",
                                Optional.empty(),
                                Optional.of("8"),
                                Location.of(file, 2)));
    }

    @Test
    void namesACompressionThatItCannotRead() throws URISyntaxException {
        Path file = resource("pyarrow-lz4.parquet");
        assertFails(
                () -> RequestFile.read(file, PLAIN),
                file
                        + ": is not a readable Parquet file: compressed with LZ4_RAW; zstd,"
                        + " snappy, gzip and none can be read");
    }

    @Test
    void reportsEveryProblemOfAJsonFileAtItsPlace() {
        Path file =
                file(
                        "gold.jsonl",
                        """
                        {"id": "a", "text": "fine", "label": "card"}
                        {"id": "a", "text": "  ", "label": "refnud"}
                        {"id": 2, "text": 12, "label": "elephant in the room"}
                        {"id": null, "txt": "typo", "label": 3}
                        ["a list"]
                        {"id": "b", "text": "card", "label": "Card"}
                        {"id": "c", "text": "cut off
                        """);
        assertFails(
                () -> RequestFile.readGold(file, columns("id", null), Rows.LABELS),
                """
                FILE:2: text is empty
                FILE:2: label is not one of the labels: refnud
                hint: did you mean refund?
                FILE:2: id a is already on line 1
                FILE:3: text must be a string, got 12
                FILE:3: label is not one of the labels: elephant in the room
                FILE:4: id is empty
                FILE:4: text is missing
                hint: did you mean txt? there are id, label, txt
                FILE:4: label must be a string, got 3
                FILE:5: expected a JSON object, got ARRAY
                FILE:6: label is not one of the labels: Card
                hint: did you mean card?
                FILE:7:29: malformed JSON: Unexpected end-of-input: was expecting closing quote for a string value"""
                        .replace("FILE", file.toString()));
    }

    @Test
    void reportsEveryProblemOfACsvFileAtItsLine() {
        Path file =
                file(
                        "a.csv",
                        "id,text\n1,\"two\nlines\"\n1,again\n2,too,many\n,nobody\n3,\"open\n");
        assertThatThrownBy(() -> RequestFile.read(file, columns("id", null)))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(
                        """
                        FILE:4: id 1 is already on line 2
                        FILE:5: expected 2 values, got 3
                        hint: put values that contain commas in quotes
                        FILE:6: id is empty
                        FILE:7: malformed CSV in the row that begins here:"""
                                .replace("FILE", file.toString()));
        Path twice = file("twice.csv", "text,text\na,b\n");
        assertFails(() -> RequestFile.read(twice, PLAIN), twice + ":1: column text is there twice");
    }

    @Test
    void namesTheNearestColumnsOnce() {
        Path file = file("a.csv", "key,texts,intent\n1,a,b\n2,c,d\n");
        assertFails(
                () -> RequestFile.readGold(file, PLAIN, Rows.LABELS),
                """
                FILE:1: column text is missing
                hint: did you mean texts? there are intent, key, texts
                FILE:1: column label is missing
                hint: there are intent, key, texts"""
                        .replace("FILE", file.toString()));
    }

    @Test
    void listsTwentyProblemsAndCountsTheRest() {
        Path file = file("a.jsonl", "{\"text\": \"\"}\n".repeat(30));
        assertThatThrownBy(() -> RequestFile.read(file, PLAIN))
                .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.problems()).hasSize(21))
                .hasMessageEndingWith(":20: text is empty\n" + file + ": and 10 more problems");
    }

    @Test
    void refusesFilesThatItCannotRead() throws IOException {
        for (String empty : List.of("empty.jsonl", "empty.csv")) {
            Path file = file(empty, "");
            assertFails(() -> RequestFile.read(file, PLAIN), file + ": has no rows");
        }
        Path headed = file("headed.csv", "text\n");
        assertFails(() -> RequestFile.read(headed, PLAIN), headed + ": has no rows");
        Path unknown = file("a.xlsx", "x");
        assertFails(
                () -> RequestFile.read(unknown, PLAIN),
                unknown + ": unknown kind of file\nhint: use a .jsonl, .csv or .parquet file");
        Path absent = folder.resolve("absent.csv");
        assertFails(
                () -> RequestFile.read(absent, PLAIN),
                absent + ": cannot read: no such file\nhint: check the path and its permissions");
        for (String name : List.of("latin.csv", "latin.jsonl")) {
            Path latin = folder.resolve(name);
            Files.write(latin, "text\ncafé\n".getBytes(StandardCharsets.ISO_8859_1));
            assertThatThrownBy(() -> RequestFile.read(latin, PLAIN))
                    .isInstanceOf(UserError.class)
                    .hasMessage(latin + ":2: is not UTF-8\nhint: save the file as UTF-8");
        }
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(requireNonNull(RequestFileTest.class.getResource("/" + name)).toURI());
    }

    private Path file(String name, String content) {
        try {
            return Files.writeString(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Columns columns(@Nullable String id, @Nullable String group) {
        return new Columns(
                Optional.ofNullable(id), "text", "label", "answer", Optional.ofNullable(group));
    }

    private static void assertFails(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(UserError.class).hasMessage(message);
    }
}
