package dev.distill.datasets;

import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.files.AtomicFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A comma-separated file after RFC 4180: the first line names the columns, blank lines do not
 * count.
 */
final class CsvRows {
    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private CsvRows() {}

    static void read(Path file, RequestRows rows) {
        Utf8Lines.read(file, (_, _) -> {}); // says on which line a file stops being UTF-8
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            skipByteOrderMark(reader);
            try (CSVParser parser = CSVParser.parse(reader, CSVFormat.RFC4180)) {
                read(file, parser, rows);
            }
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }

    private static void read(Path file, CSVParser parser, RequestRows rows) {
        Iterator<CSVRecord> records = parser.iterator();
        int line = 1;
        try {
            if (!records.hasNext()) {
                return;
            }
            List<String> header = records.next().toList();
            if (!rows.hasColumns(header, Location.of(file, 1)) || !distinct(header, file, rows)) {
                return;
            }
            for (line = next(parser); records.hasNext(); line = next(parser)) {
                row(Location.of(file, line), header, records.next(), rows);
            }
        } catch (UncheckedIOException e) {
            rows.problem(
                    Problem.at(
                            Location.of(file, line),
                            "malformed CSV in the row that begins here: "
                                    + Objects.requireNonNull(e.getCause()).getMessage()));
        }
    }

    /** The line on which the next record begins; the parser has not read ahead. */
    private static int next(CSVParser parser) {
        return Math.toIntExact(parser.getCurrentLineNumber()) + 1;
    }

    private static void row(
            Location location, List<String> header, CSVRecord record, RequestRows rows) {
        if (record.size() == 1 && record.get(0).isBlank() && header.size() > 1) {
            return;
        }
        if (record.size() != header.size()) {
            rows.problem(
                    Problem.at(
                                    location,
                                    "expected %d values, got %d"
                                            .formatted(header.size(), record.size()))
                            .withHint("put values that contain commas in quotes"));
            return;
        }
        Map<String, String> cells = new HashMap<>();
        for (int i = 0; i < header.size(); i++) {
            cells.put(header.get(i), record.get(i));
        }
        rows.row(location, cells);
    }

    private static boolean distinct(List<String> header, Path file, RequestRows rows) {
        Set<String> seen = new HashSet<>();
        List<String> repeated = header.stream().filter(name -> !seen.add(name)).distinct().toList();
        repeated.forEach(
                name ->
                        rows.problem(
                                Problem.at(
                                        Location.of(file, 1),
                                        "column " + name + " is there twice")));
        return repeated.isEmpty();
    }

    private static void skipByteOrderMark(BufferedReader reader) throws IOException {
        reader.mark(1);
        if (reader.read() != BYTE_ORDER_MARK) {
            reader.reset();
        }
    }
}
