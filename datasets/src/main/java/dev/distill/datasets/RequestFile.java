package dev.distill.datasets;

import dev.distill.config.DataConfig.Columns;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads the requests of a job from a .jsonl, .csv (with a header) or .parquet file, or from all the
 * .parquet files of a folder in the order of their names. A row without an id column is called by
 * its position: {@code row-000001} is the first.
 */
public final class RequestFile {
    private RequestFile() {}

    /**
     * Reads the requests that the teacher answers; labels are optional and not checked.
     *
     * @throws UserError with everything that is wrong with the file, the first 20 problems in full
     */
    public static List<Request> read(Path file, Columns columns) {
        return read(file, new RequestRows(file, columns, Optional.empty()));
    }

    /**
     * Reads items with the right answer; each must fit the task and becomes its meaning. They are
     * never split, so that a group column is not looked for.
     *
     * @throws UserError with everything that is wrong with the file, the first 20 problems in full
     */
    public static List<Request> readGold(Path file, Columns columns, AnswerFormat format) {
        Columns ungrouped =
                new Columns(
                        columns.id(),
                        columns.text(),
                        columns.label(),
                        columns.answer(),
                        Optional.empty());
        return read(file, new RequestRows(file, ungrouped, Optional.of(format)));
    }

    private static List<Request> read(Path file, RequestRows rows) {
        if (Files.isDirectory(file)) {
            parts(file).forEach(part -> ParquetRows.read(part, rows));
            return rows.finish();
        }
        if (!Files.isRegularFile(file)) {
            throw AtomicFile.unreadable(file, new NoSuchFileException("no such file"));
        }
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "jsonl" -> JsonLines.read(file, rows);
            case "csv" -> CsvRows.read(file, rows);
            case "parquet" -> ParquetRows.read(file, rows);
            default ->
                    rows.problem(
                            Problem.at(Location.of(file), "unknown kind of file")
                                    .withHint("use a .jsonl, .csv or .parquet file"));
        }
        return rows.finish();
    }

    /** Names that begin with a dot belong to files that are being written. */
    private static List<Path> parts(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(
                            file -> file.getFileName().toString().matches("[^.].*\\.(?i:parquet)"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw AtomicFile.unreadable(folder, e);
        }
    }
}
