package dev.distill.datasets;

import dev.distill.config.Location;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** Somebody else's Parquet file; the line of a row is its number from 1. */
final class ParquetRows {
    private ParquetRows() {}

    static void read(Path file, RequestRows rows) {
        List<String> names = ParquetFile.columns(file);
        if (!rows.hasColumns(names, Location.of(file))) {
            return;
        }
        Set<String> wanted = rows.columns().filter(names::contains).collect(Collectors.toSet());
        int[] number = {0};
        ParquetFile.forEach(
                file, wanted, row -> rows.row(Location.of(file, ++number[0]), cells(row, wanted)));
    }

    private static Map<String, @Nullable Object> cells(GenericRecord row, Set<String> names) {
        Map<String, @Nullable Object> cells = new HashMap<>();
        for (String name : names) {
            Object value = row.get(name);
            cells.put(
                    name,
                    switch (value) {
                        case null -> null;
                        case CharSequence text -> text.toString();
                        case Integer number -> number.longValue();
                        default -> value;
                    });
        }
        return cells;
    }
}
