package dev.distill.datasets;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * How a Java record is written in a Parquet file: a column for each component, named in snake case.
 *
 * <p>String, long, double, float and boolean are themselves, a ByteBuffer is bytes, an enum
 * constant is its lower-case name, an {@link Instant} is microseconds UTC, a record a group of its
 * own columns, a List a list, and an Optional of any of these may be null. A file that was written
 * before its rows had a list of records is read as if it were empty.
 */
final class RowType<R extends Record> {
    private static final Schema STRING = Schema.create(Schema.Type.STRING);
    private static final Schema INSTANT =
            LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));

    private final Class<R> type;
    private final RecordComponent[] components;
    private final Map<Class<?>, RowType<?>> inner = new HashMap<>(); // records in its columns
    private final Schema schema;

    RowType(Class<R> type) {
        this.type = type;
        this.components = type.getRecordComponents();
        this.schema =
                Schema.createRecord(
                        type.getSimpleName(),
                        null,
                        type.getPackageName(),
                        false,
                        Arrays.stream(components).map(this::field).toList());
    }

    Schema schema() {
        return schema;
    }

    GenericRecord toAvro(Record row) {
        GenericData.Record avro = new GenericData.Record(schema);
        for (int i = 0; i < components.length; i++) {
            avro.put(i, written(call(components[i], row)));
        }
        return avro;
    }

    R fromAvro(GenericRecord avro) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        @Nullable Object[] values = new @Nullable Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = read(components[i].getGenericType(), avro.get(i));
        }
        try {
            return type.getConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("a row is not a valid " + type.getSimpleName(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " must be a public record", e);
        }
    }

    /** Whether an older file may lack a column. */
    boolean mayLack(String column) {
        return schema.getField(column).hasDefaultValue();
    }

    private Schema.Field field(RecordComponent component) {
        String name = snakeCase(component.getName());
        Schema column = column(component.getGenericType());
        boolean records =
                column.getType() == Schema.Type.ARRAY
                        && column.getElementType().getType() == Schema.Type.RECORD;
        return records
                ? new Schema.Field(name, column, null, List.of())
                : new Schema.Field(name, column);
    }

    static String snakeCase(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private Schema column(Type type) {
        if (type instanceof ParameterizedType generic) {
            Schema inner = column(generic.getActualTypeArguments()[0]);
            return generic.getRawType() == Optional.class
                    ? Schema.createUnion(Schema.create(Schema.Type.NULL), inner)
                    : Schema.createArray(inner);
        }
        if (type == long.class || type == Long.class) {
            return Schema.create(Schema.Type.LONG);
        }
        if (type == double.class || type == Double.class) {
            return Schema.create(Schema.Type.DOUBLE);
        }
        if (type == float.class) {
            return Schema.create(Schema.Type.FLOAT);
        }
        if (type == boolean.class) {
            return Schema.create(Schema.Type.BOOLEAN);
        }
        if (type == ByteBuffer.class) {
            return Schema.create(Schema.Type.BYTES);
        }
        if (type instanceof Class<?> c && c.isRecord()) {
            return inner.computeIfAbsent(c, RowType::of).schema;
        }
        if (type == Instant.class) {
            return INSTANT;
        }
        if (type == String.class || isEnum(type)) {
            return STRING;
        }
        throw new IllegalArgumentException("no column type for " + type);
    }

    private @Nullable Object written(Object value) {
        return switch (value) {
            case Optional<?> optional -> optional.isPresent() ? written(optional.get()) : null;
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT);
            case Instant instant -> ChronoUnit.MICROS.between(Instant.EPOCH, instant);
            case List<?> list -> list.stream().map(this::written).toList();
            case Record row -> inner(row.getClass()).toAvro(row);
            default -> value;
        };
    }

    private @Nullable Object read(Type type, @Nullable Object value) {
        if (type instanceof ParameterizedType generic && generic.getRawType() == Optional.class) {
            return Optional.ofNullable(value)
                    .map(v -> read(generic.getActualTypeArguments()[0], v));
        }
        if (type instanceof ParameterizedType generic && value instanceof List<?> list) {
            Type element = generic.getActualTypeArguments()[0];
            return list.stream().map(v -> read(element, v)).toList();
        }
        if (value instanceof GenericRecord group && type instanceof Class<?> c) {
            return inner(c).fromAvro(group);
        }
        if (type == Instant.class && value instanceof Long micros) {
            return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
        }
        if (isEnum(type) && value != null) {
            return constant((Class<?>) type, value.toString());
        }
        return value instanceof CharSequence text ? text.toString() : value;
    }

    private static Object constant(Class<?> type, String name) {
        return Arrays.stream(type.getEnumConstants())
                .filter(c -> ((Enum<?>) c).name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        name + " is no " + type.getSimpleName()));
    }

    private static RowType<?> of(Class<?> record) {
        return new RowType<>(record.asSubclass(Record.class));
    }

    private RowType<?> inner(Class<?> record) {
        return Objects.requireNonNull(inner.get(record));
    }

    private static boolean isEnum(Type type) {
        return type instanceof Class<?> c && c.isEnum();
    }

    private static Object call(RecordComponent component, Record row) {
        try {
            return component.getAccessor().invoke(row);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component + " must be readable", e);
        }
    }
}
