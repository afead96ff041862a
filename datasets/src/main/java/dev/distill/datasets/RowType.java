package dev.distill.datasets;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * How a Java record is written in a Parquet file: a column for each component, named in snake case.
 *
 * <p>String, long, double and boolean are themselves, an enum constant is its lower-case name, an
 * {@link Instant} is microseconds UTC, {@code List<Double>} a list of doubles, and an Optional of
 * any of these may be null.
 */
final class RowType<R extends Record> {
    private static final Schema STRING = Schema.create(Schema.Type.STRING);
    private static final Schema INSTANT =
            LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));

    private final Class<R> type;
    private final RecordComponent[] components;
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
                        Arrays.stream(components).map(RowType::field).toList());
    }

    Schema schema() {
        return schema;
    }

    GenericRecord toAvro(R row) {
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

    private static Schema.Field field(RecordComponent component) {
        return new Schema.Field(snakeCase(component.getName()), column(component.getGenericType()));
    }

    static String snakeCase(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private static Schema column(Type type) {
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
        if (type == boolean.class) {
            return Schema.create(Schema.Type.BOOLEAN);
        }
        if (type == Instant.class) {
            return INSTANT;
        }
        if (type == String.class || isEnum(type)) {
            return STRING;
        }
        throw new IllegalArgumentException("no column type for " + type);
    }

    private static @Nullable Object written(Object value) {
        return switch (value) {
            case Optional<?> optional -> optional.isPresent() ? written(optional.get()) : null;
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT);
            case Instant instant -> ChronoUnit.MICROS.between(Instant.EPOCH, instant);
            default -> value;
        };
    }

    private static @Nullable Object read(Type type, @Nullable Object value) {
        if (type instanceof ParameterizedType generic && generic.getRawType() == Optional.class) {
            return Optional.ofNullable(value)
                    .map(v -> read(generic.getActualTypeArguments()[0], v));
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
