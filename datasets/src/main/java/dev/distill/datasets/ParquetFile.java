package dev.distill.datasets;

import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.avro.AvroReadSupport;
import org.apache.parquet.avro.AvroSchemaConverter;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Rows in a Parquet file: zstd, ordinary Parquet types that pyarrow and DuckDB read, no Hadoop
 * installation. A file is complete or absent, and equal rows and metadata give equal bytes.
 */
public final class ParquetFile {
    private ParquetFile() {}

    /**
     * Writes rows in their order.
     *
     * @param metadata facts about the file, for example the hashes of what it was made from
     * @throws UserError when the file cannot be written
     */
    public static <R extends Record> void write(
            Path file, Class<R> type, Iterable<R> rows, Map<String, String> metadata) {
        RowType<R> rowType = new RowType<>(type);
        AtomicFile.writePath(
                file,
                temporary -> {
                    try (ParquetWriter<GenericRecord> writer =
                            AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(temporary))
                                    .withSchema(rowType.schema())
                                    .withDataModel(GenericData.get())
                                    .withConf(configuration())
                                    .withCodecFactory(new ParquetCodecs())
                                    .withCompressionCodec(CompressionCodecName.ZSTD)
                                    .withExtraMetaData(new TreeMap<>(metadata))
                                    .build()) {
                        for (R row : rows) {
                            writer.write(rowType.toAvro(row));
                        }
                    }
                });
    }

    /**
     * Reads all rows in their order; columns that rows did not always have may be missing.
     *
     * @throws UserError when the file is absent, is not a Parquet file, or holds other columns
     */
    public static <R extends Record> List<R> read(Path file, Class<R> type) {
        RowType<R> rowType = new RowType<>(type);
        MessageType expected = new AvroSchemaConverter(configuration()).convert(rowType.schema());
        MessageType found = footer(file).getSchema();
        List<Type> wanted =
                expected.getFields().stream()
                        .filter(
                                column ->
                                        found.containsField(column.getName())
                                                || !rowType.mayLack(column.getName()))
                        .toList();
        if (!found.getFields().equals(wanted)) {
            throw UserError.invalid(
                    Location.of(file),
                    "expected the columns of %s: %s, got %s"
                            .formatted(
                                    type.getSimpleName(), described(expected), described(found)));
        }
        List<R> rows = new ArrayList<>();
        Schema projection = schema(file, wanted);
        forEach(file, projection, rowType.schema(), avro -> rows.add(rowType.fromAvro(avro)));
        return List.copyOf(rows);
    }

    /**
     * The facts that were written with the rows, and those that Parquet and Avro add.
     *
     * @throws UserError when the file is absent or is not a Parquet file
     */
    public static Map<String, String> metadata(Path file) {
        return Map.copyOf(footer(file).getKeyValueMetaData());
    }

    /** The names of the columns of any Parquet file. */
    static List<String> columns(Path file) {
        return footer(file).getSchema().getFields().stream().map(Type::getName).toList();
    }

    /** Reads some columns of any Parquet file row by row, whatever the other columns hold. */
    static void forEach(Path file, Set<String> columns, Consumer<GenericRecord> consumer) {
        List<Type> wanted =
                footer(file).getSchema().getFields().stream()
                        .filter(column -> columns.contains(column.getName()))
                        .toList();
        Schema schema = schema(file, wanted);
        forEach(file, schema, schema, consumer);
    }

    /** Some columns of a file as they are. */
    private static Schema schema(Path file, List<Type> columns) {
        return reading(
                file,
                () ->
                        new AvroSchemaConverter(configuration())
                                .convert(new MessageType("row", columns)));
    }

    /**
     * @param columns those that are read from the file
     * @param row what they become; its other columns have their defaults
     */
    private static void forEach(
            Path file, Schema columns, Schema row, Consumer<GenericRecord> consumer) {
        try (ParquetReader<GenericRecord> reader =
                reading(file, () -> reader(file, columns, row))) {
            for (GenericRecord next = reading(file, reader::read);
                    next != null;
                    next = reading(file, reader::read)) {
                consumer.accept(next);
            }
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }

    private static ParquetReader<GenericRecord> reader(Path file, Schema columns, Schema row)
            throws IOException {
        return AvroParquetReader.<GenericRecord>builder(new LocalInputFile(file), configuration())
                .withDataModel(GenericData.get())
                .withCodecFactory(new ParquetCodecs())
                .set(AvroReadSupport.AVRO_REQUESTED_PROJECTION, columns.toString())
                .set("parquet.avro.read.schema", row.toString())
                .build();
    }

    /** Names and types, for messages. */
    private static String described(MessageType columns) {
        return columns.getFields().stream()
                .map(column -> column.getName() + " (" + typeName(column) + ")")
                .collect(Collectors.joining(", "));
    }

    private static String typeName(Type column) {
        String name =
                column.getLogicalTypeAnnotation() != null
                        ? column.getLogicalTypeAnnotation().toString()
                        : column.isPrimitive()
                                ? column.asPrimitiveType().getPrimitiveTypeName().name()
                                : "group";
        String optional = column.isRepetition(Type.Repetition.OPTIONAL) ? "optional " : "";
        return optional + name.toLowerCase(Locale.ROOT);
    }

    private static FileMetaData footer(Path file) {
        return reading(
                file,
                () -> {
                    try (ParquetFileReader reader =
                            ParquetFileReader.open(
                                    new LocalInputFile(file),
                                    ParquetReadOptions.builder(configuration())
                                            .withCodecFactory(new ParquetCodecs())
                                            .build())) {
                        return reader.getFileMetaData();
                    }
                });
    }

    @FunctionalInterface
    private interface Reading<T extends @Nullable Object> {
        T run() throws IOException;
    }

    /**
     * Says which file could not be read; parquet-java throws bare RuntimeExceptions for bad files.
     */
    private static <T extends @Nullable Object> T reading(Path file, Reading<T> reading) {
        if (!Files.isRegularFile(file)) {
            throw AtomicFile.unreadable(file, new NoSuchFileException("no such file"));
        }
        try {
            return reading.run();
        } catch (IOException | RuntimeException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause(); // the outer ones speak of blocks and objects
            }
            Problem problem =
                    Problem.at(
                            Location.of(file),
                            "is not a readable Parquet file: " + cause.getMessage());
            throw new UserError(ExitCode.INVALID_INPUT, problem, e);
        }
    }

    private static ParquetConfiguration configuration() {
        return new PlainParquetConfiguration(
                Map.of(
                        "parquet.avro.write-old-list-structure",
                        "false",
                        "parquet.avro.add-list-element-records",
                        "false"));
    }
}
