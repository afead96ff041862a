package dev.distill.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * What stands in for a value that cannot be read, so that the rest of a file can be checked in the
 * same go. A file with a stand-in in it is never used.
 */
final class StandIns {
    private final Path file;

    StandIns(Path file) {
        this.file = file;
    }

    /** What the component would be if nobody had written it, or anything of its type. */
    @Nullable Object of(RecordComponent component) {
        Default otherwise = component.getAnnotation(Default.class);
        return otherwise == null
                ? of(component.getGenericType())
                : new RecordBinder(file)
                        .bind(
                                "",
                                ConfigFile.parse(file, otherwise.value()),
                                component.getGenericType(),
                                component);
    }

    /** Anything of this type; null where a record takes nothing of what is tried. */
    @Nullable Object of(Type type) {
        if (type instanceof ParameterizedType generic) {
            if (generic.getRawType() == Optional.class) {
                return Optional.empty();
            }
            return generic.getRawType() == List.class ? List.of() : Map.of();
        }
        Class<?> raw = (Class<?>) type;
        if (raw == Secret.class) {
            return new Secret.FromEnvironment("unreadable");
        }
        if (raw.isRecord()) {
            MappingNode nothing = new MappingNode(Tag.MAP, List.of(), FlowStyle.BLOCK);
            return new RecordBinder(file).record("", nothing, raw);
        }
        if (raw.isSealed()) {
            return of(raw.getPermittedSubclasses()[0]);
        }
        if (raw.isEnum()) {
            return raw.getEnumConstants()[0];
        }
        return switch (raw.getSimpleName()) {
            case "int", "Integer" -> 1;
            case "long", "Long" -> 1L;
            case "double", "Double" -> 1.0;
            case "boolean", "Boolean" -> false;
            case "Path" -> file;
            case "URI" -> URI.create("http://localhost");
            case "Duration" -> Duration.ofSeconds(1);
            case "LocalDate" -> LocalDate.EPOCH;
            default -> "";
        };
    }
}
