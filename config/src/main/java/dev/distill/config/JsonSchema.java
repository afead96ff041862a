package dev.distill.config;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The JSON Schema (draft 2020-12) of a configuration file, made from the same records and
 * annotations that the file is read with, so that an editor knows exactly what the reader knows.
 */
public final class JsonSchema {
    private static final ObjectMapper MAPPER = JsonMapper.builder().build();
    private static final Load YAML = new Load(LoadSettings.builder().build());

    private JsonSchema() {}

    /** The schema of a record, indented, with a line end. */
    public static String of(Class<? extends Record> type) {
        ObjectNode schema = object();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.setAll(record(type));
        return schema.toPrettyString() + "\n";
    }

    private static ObjectNode record(Class<?> type) {
        ObjectNode schema = object();
        Doc doc = type.getAnnotation(Doc.class);
        if (doc != null) {
            schema.put("description", doc.value());
        }
        schema.put("type", "object").put("additionalProperties", false);
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = JsonNodeFactory.instance.arrayNode();
        Kind kind = type.getAnnotation(Kind.class);
        if (kind != null) {
            properties.putObject("kind").put("const", kind.value());
            required.add("kind");
        }
        for (RecordComponent component : type.getRecordComponents()) {
            String key = RecordBinder.keyOf(component);
            properties.set(key, property(component));
            boolean optional =
                    component.isAnnotationPresent(Default.class)
                            || component.getType() == Optional.class;
            if (!optional) {
                required.add(key);
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        return schema;
    }

    private static ObjectNode property(RecordComponent component) {
        ObjectNode schema = schema(component.getGenericType());
        if (component.isAnnotationPresent(OneOrMany.class)) {
            alsoOne(schema);
        }
        Doc doc = component.getAnnotation(Doc.class);
        if (doc != null) {
            OnlyFor only = component.getAnnotation(OnlyFor.class);
            String kinds = only == null ? "" : " (%s)".formatted(StudentCheck.words(only));
            schema.put("description", doc.value() + kinds);
        }
        Above above = component.getAnnotation(Above.class);
        if (above != null) {
            schema.put("exclusiveMinimum", above.value());
        }
        AtLeast least = component.getAnnotation(AtLeast.class);
        if (least != null) {
            schema.put("minimum", least.value());
        }
        AtMost most = component.getAnnotation(AtMost.class);
        if (most != null) {
            schema.put("maximum", most.value());
        }
        Default otherwise = component.getAnnotation(Default.class);
        if (otherwise != null && !otherwise.value().equals("{}")) {
            setDefault(schema, otherwise.value());
        }
        return schema;
    }

    private static void setDefault(ObjectNode schema, String yaml) {
        switch (schema.path("type").asText()) {
            case "integer", "number", "array", "object", "boolean" ->
                    schema.set("default", MAPPER.valueToTree(YAML.loadFromString(yaml)));
            default -> schema.put("default", yaml);
        }
    }

    private static ObjectNode schema(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                ObjectNode schema = object().put("type", "array");
                schema.set("items", schema(arguments[0]));
                return schema;
            }
            if (generic.getRawType() == Map.class) {
                ObjectNode schema = object().put("type", "object");
                schema.set("additionalProperties", schema(arguments[1]));
                return schema;
            }
            return schema(arguments[0]);
        }
        return plain((Class<?>) type);
    }

    /** Lets a list also be one of its items, directly or as the values of a mapping. */
    private static void alsoOne(ObjectNode schema) {
        String lists = schema.path("type").asText().equals("array") ? "" : "additionalProperties";
        ObjectNode list = lists.isEmpty() ? schema : (ObjectNode) schema.get(lists);
        ObjectNode either = object();
        either.putArray("anyOf").add(list.get("items").deepCopy()).add(list.deepCopy());
        if (lists.isEmpty()) {
            schema.removeAll();
            schema.setAll(either);
        } else {
            schema.set(lists, either);
        }
    }

    private static ObjectNode plain(Class<?> type) {
        if (type.isRecord()) {
            ObjectNode record = record(type);
            Shorthand shorthand = type.getAnnotation(Shorthand.class);
            if (shorthand == null) {
                return record;
            }
            ObjectNode either = object();
            either.putArray("anyOf")
                    .add(record.path("properties").path(shorthand.value()).deepCopy())
                    .add(record);
            return either;
        }
        if (type.isSealed() && type != Secret.class) {
            ObjectNode schema = object();
            ArrayNode kinds = schema.putArray("oneOf");
            RecordBinder.kinds(type).values().forEach(kind -> kinds.add(record(kind)));
            return schema;
        }
        if (type.isEnum()) {
            ObjectNode schema = object();
            ArrayNode words = schema.putArray("enum");
            Arrays.stream(type.getEnumConstants()).map(Scalars::word).forEach(words::add);
            return schema;
        }
        if (type == int.class
                || type == Integer.class
                || type == long.class
                || type == Long.class) {
            return object().put("type", "integer");
        }
        if (type == double.class || type == Double.class) {
            return object().put("type", "number");
        }
        if (type == boolean.class || type == Boolean.class) {
            return object().put("type", "boolean");
        }
        ObjectNode schema = object().put("type", "string");
        if (type == Duration.class) {
            schema.put("pattern", "^[0-9]+ *(ms|s|m|h)$");
        } else if (type == LocalDate.class) {
            schema.put("format", "date");
        } else if (type == Secret.class) {
            schema.put("pattern", "^(env|file):.+$");
        } else if (type == URI.class) {
            schema.put("format", "uri");
        } else if (type == Path.class) {
            schema.put("format", "uri-reference");
        }
        return schema;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
