package dev.distill.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A YAML file read into a record, which remembers where each value stood so that whoever checks it
 * later can still name the line.
 *
 * @param <T> the record
 */
public final class ConfigFile<T extends Record> {
    private final Path file;
    private final T value;
    private final Map<String, Location> locations;

    private ConfigFile(Path file, T value, Map<String, Location> locations) {
        this.file = file;
        this.value = value;
        this.locations = Map.copyOf(locations);
    }

    /**
     * Reads and checks a file. Keys are the record's component names in snake_case; paths in it are
     * relative to the file.
     *
     * @throws UserError with every problem of the file at once
     */
    public static <T extends Record> ConfigFile<T> read(Path file, Class<T> type) {
        return of(file, text(file), type);
    }

    /**
     * The same for a text, as if it stood in a file.
     *
     * @throws UserError with every problem of the text at once
     */
    public static <T extends Record> ConfigFile<T> of(Path file, String text, Class<T> type) {
        return of(file, text, type, (_, _) -> {});
    }

    /** A record of which nothing is written: every key has its default. */
    static <T extends Record> T defaults(Class<T> type) {
        return of(Path.of("defaults"), "{}", type).value();
    }

    /** Looks for what does not fit together in a record, some of which may be unreadable. */
    @FunctionalInterface
    interface Check<T> {
        void look(T value, Findings findings);
    }

    /** The same, and what {@code check} finds in the same go. */
    static <T extends Record> ConfigFile<T> read(Path file, Class<T> type, Check<T> check) {
        return of(file, text(file), type, check);
    }

    /** The same for a text. */
    static <T extends Record> ConfigFile<T> of(
            Path file, String text, Class<T> type, Check<T> check) {
        RecordBinder binder = new RecordBinder(file);
        Optional<T> value = binder.bindRoot(parse(file, text), type);
        Findings findings = binder.findings();
        value.ifPresent(readable -> check.look(readable, findings));
        List<Problem> problems = findings.all();
        if (value.isEmpty() || !problems.isEmpty()) {
            throw new UserError(ExitCode.INVALID_INPUT, problems);
        }
        return new ConfigFile<>(file, value.get(), binder.locations());
    }

    /** The file as the user named it. */
    public Path file() {
        return file;
    }

    /** What it says. */
    public T value() {
        return value;
    }

    /**
     * Where a key such as {@code teacher.route} stands; the file as a whole when it is not written.
     */
    public Location at(String key) {
        return locations.getOrDefault(key, Location.of(file));
    }

    static Node parse(Path file, String text) {
        LoadSettings settings =
                LoadSettings.builder()
                        .setLabel(file.toString())
                        .setUseMarks(true)
                        .setAllowNonScalarKeys(true) // the binder refuses them with their place
                        .build();
        try {
            return new Compose(settings)
                    .composeString(text)
                    .orElseThrow(
                            () ->
                                    UserError.invalid(
                                            Location.of(file),
                                            "the file is empty",
                                            "see the folder examples for files that work"));
        } catch (MarkedYamlEngineException e) {
            Location at =
                    e.getProblemMark()
                            .map(m -> new Location(file, m.getLine() + 1, m.getColumn() + 1))
                            .orElse(Location.of(file));
            String problem =
                    e.getProblem().replaceFirst("(undefined alias|duplicate anchor).*", "$1");
            throw UserError.invalid(at, "not YAML: " + problem);
        } catch (YamlEngineException e) {
            throw UserError.invalid(Location.of(file), "not YAML: " + e.getClass().getSimpleName());
        }
    }

    private static String text(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw UserError.invalid(
                        Location.of(file), "is a folder", "name the .yaml file in it");
            }
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw UserError.invalid(Location.of(file), "is not UTF-8 text");
        } catch (IOException e) {
            throw UserError.invalid(
                    Location.of(file),
                    Files.exists(file)
                            ? "cannot be read: " + e.getMessage()
                            : "there is no such file");
        }
    }
}
