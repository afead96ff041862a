package dev.distill.config;

import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * Writes a record as the file that would be read into it, with every default spelt out, and without
 * passwords.
 */
public final class ConfigText {
    private ConfigText() {}

    /** As a YAML file. */
    public static String yaml(Record config) {
        DumpSettings settings = DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build();
        return new Dump(settings).dumpToString(map(config));
    }

    /** As keys in file order to values: texts, numbers, booleans, lists and maps. */
    public static Map<String, Object> map(Record config) {
        Map<String, Object> map = new LinkedHashMap<>();
        Kind kind = config.getClass().getAnnotation(Kind.class);
        if (kind != null) {
            map.put("kind", kind.value());
        }
        for (RecordComponent component : config.getClass().getRecordComponents()) {
            Object value = plain(read(config, component));
            if (value instanceof String text && component.isAnnotationPresent(Confidential.class)) {
                value = Shown.address(text);
            }
            if (value != null) {
                map.put(RecordBinder.keyOf(component), value);
            }
        }
        return map;
    }

    static Object read(Record config, RecordComponent component) {
        try {
            return component.getAccessor().invoke(config);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }

    private static @Nullable Object plain(Object value) {
        return switch (value) {
            case Optional<?> optional -> optional.isEmpty() ? null : plain(optional.get());
            case Secret.FromEnvironment secret -> "env:" + secret.name();
            case Secret.FromFile secret -> "file:" + secret.file();
            case URI uri -> Shown.address(uri.toString());
            case Record inner -> map(inner);
            case Enum<?> constant -> Scalars.word(constant);
            case Duration duration -> duration.toMillis() + "ms";
            case Number number -> number;
            case Boolean flag -> flag;
            case List<?> list -> {
                List<Object> copy = new ArrayList<>();
                for (Object item : list) {
                    Object plain = plain(item);
                    if (plain != null) {
                        copy.add(plain);
                    }
                }
                yield copy;
            }
            case Map<?, ?> entries -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                for (Map.Entry<?, ?> entry : entries.entrySet()) {
                    Object plain = plain(entry.getValue());
                    if (plain != null) {
                        copy.put(String.valueOf(entry.getKey()), plain);
                    }
                }
                yield copy;
            }
            default -> value.toString();
        };
    }
}
