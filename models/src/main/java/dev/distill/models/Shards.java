package dev.distill.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The weights of a folder in the Hugging Face layout: one file, {@value #WHOLE}, or several with
 * {@value #INDEX}, which tells for each weight in which file it is.
 */
public final class Shards {
    /** Above this size weights are written to several files, as transformers has it: 5 GB. */
    public static final long MAX_FILE_BYTES = 5_000_000_000L;

    static final String WHOLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private final Path folder;
    private final Map<String, Shape> expected;
    private final Set<String> optional;
    private final UnaryOperator<String> spelling;
    private final Set<String> found = new LinkedHashSet<>();
    private final List<Problem> problems = new ArrayList<>();

    private Shards(
            Path folder,
            Map<String, Shape> expected,
            Set<String> optional,
            UnaryOperator<String> spelling) {
        this.folder = folder;
        this.expected = expected;
        this.optional = optional;
        this.spelling = spelling;
    }

    /** Whether the folder has weights, in one file or in several. */
    public static boolean in(Path folder) {
        return Files.isRegularFile(folder.resolve(WHOLE))
                || Files.isRegularFile(folder.resolve(INDEX));
    }

    /**
     * The digest of the weights: of the file, or of the names and contents of all files.
     *
     * @throws UserError when one of them cannot be read
     */
    static Digest digest(Path folder) {
        if (Files.isRegularFile(folder.resolve(WHOLE))) {
            return Digest.ofFile(folder.resolve(WHOLE));
        }
        Path index = folder.resolve(INDEX);
        Set<String> files = new TreeSet<>(Set.of(INDEX));
        weightMap(index).forEach(entry -> files.add(entry.getValue().asText()));
        return Digest.of(
                files.stream()
                        .map(file -> file + " " + Digest.ofFile(folder.resolve(file)).hex())
                        .collect(Collectors.joining("\n")));
    }

    /**
     * Reads exactly the {@code expected} weights, in that order, as float32. Others in the files
     * are not read.
     *
     * @param spelling from a name in the files to the expected one
     * @throws UserError naming every file that is missing and every weight that is missing or has
     *     another shape
     */
    public static Weights read(
            NDManager parent,
            Path folder,
            Map<String, Shape> expected,
            UnaryOperator<String> spelling) {
        return read(parent, folder, expected, Set.of(), spelling);
    }

    /** Like the other, but the {@code optional} ones among the expected may be missing. */
    static Weights read(
            NDManager parent,
            Path folder,
            Map<String, Shape> expected,
            Set<String> optional,
            UnaryOperator<String> spelling) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        Weights weights = new Weights(parent);
        try (NDManager reading = parent.newSubManager()) {
            new Shards(folder, expected, optional, spelling).read(reading, arrays::put);
            for (String name : expected.keySet()) {
                NDArray array = arrays.get(name);
                if (array != null) { // only an optional one is not here
                    weights.put(name, array);
                }
            }
            return weights;
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    /**
     * Like the other, but hands on each weight when it has been read, in the order of the files, so
     * that not all of them need to be in memory.
     */
    public static void read(
            NDManager manager,
            Path folder,
            Map<String, Shape> expected,
            UnaryOperator<String> spelling,
            BiConsumer<String, NDArray> sink) {
        new Shards(folder, expected, Set.of(), spelling).read(manager, sink);
    }

    private void read(NDManager manager, BiConsumer<String, NDArray> sink) {
        Path index = folder.resolve(INDEX);
        boolean whole = Files.isRegularFile(folder.resolve(WHOLE)) || !Files.isRegularFile(index);
        if (whole) {
            readFile(manager, folder.resolve(WHOLE), sink);
            missing(folder.resolve(WHOLE), expected.keySet());
        } else {
            Map<String, String> places = places(index);
            for (String file : new LinkedHashSet<>(places.values())) {
                Path path = folder.resolve(file);
                if (!Files.isRegularFile(path)) {
                    problem(path, "there is no such file, but %s names it".formatted(INDEX));
                } else {
                    readFile(manager, path, sink);
                    missing(
                            path,
                            places.entrySet().stream()
                                    .filter(place -> place.getValue().equals(file))
                                    .map(Map.Entry::getKey)
                                    .toList());
                }
            }
            missing(
                    index,
                    expected.keySet().stream().filter(name -> !places.containsKey(name)).toList());
        }
        if (!problems.isEmpty()) {
            throw new UserError(ExitCode.INVALID_INPUT, problems);
        }
    }

    private void readFile(NDManager manager, Path file, BiConsumer<String, NDArray> sink) {
        Safetensors.read(
                file,
                manager,
                name -> expected.containsKey(spelling.apply(name)),
                (name, array) -> {
                    String ours = spelling.apply(name);
                    Shape shape = expected.get(ours);
                    found.add(ours);
                    if (array.getShape().equals(shape)) {
                        sink.accept(ours, array);
                    } else {
                        problem(
                                file,
                                "%s has shape %s, config.json asks for %s"
                                        .formatted(name, array.getShape(), shape));
                    }
                });
    }

    private void missing(Path file, Iterable<String> names) {
        for (String name : names) {
            if (!found.contains(name) && !optional.contains(name)) {
                problem(file, name + " is missing");
            }
        }
    }

    private void problem(Path file, String message) {
        problems.add(Problem.at(Location.of(file), message));
    }

    /** In which file each expected weight is, by our names. */
    private Map<String, String> places(Path index) {
        Map<String, String> places = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : weightMap(index)) {
            String name = spelling.apply(entry.getKey());
            if (expected.containsKey(name)) {
                places.put(name, entry.getValue().asText());
            }
        }
        return places;
    }

    /** From the names in the files to the files. */
    private static Set<Map.Entry<String, JsonNode>> weightMap(Path index) {
        try {
            JsonNode map = Json.parse(Files.readString(index)).path("weight_map");
            if (!map.isObject()) {
                throw UserError.invalid(Location.of(index), "weight_map is missing");
            }
            return map.properties();
        } catch (JsonProcessingException e) {
            throw UserError.invalid(Location.of(index), "not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw AtomicFile.unreadable(index, e);
        }
    }

    /**
     * Writes weights: to one file, or to several with an index when they are larger than {@code
     * maxFileBytes}. Each file is whole or absent; the index is written last.
     */
    public static void write(Path folder, Weights weights, long maxFileBytes) {
        List<Map<String, NDArray>> parts = parts(weights, maxFileBytes);
        if (parts.size() == 1) {
            Safetensors.write(folder.resolve(WHOLE), parts.getFirst());
            return;
        }
        ObjectNode index = Json.object();
        index.putObject("metadata")
                .put("total_parameters", weights.parameterCount())
                .put("total_size", weights.parameterCount() * Float.BYTES);
        ObjectNode places = index.putObject("weight_map");
        for (int i = 0; i < parts.size(); i++) {
            String file = "model-%05d-of-%05d.safetensors".formatted(i + 1, parts.size());
            Safetensors.write(folder.resolve(file), parts.get(i));
            parts.get(i).keySet().forEach(name -> places.put(name, file));
        }
        AtomicFile.write(folder.resolve(INDEX), Json.pretty(index));
    }

    /** Parts of at most {@code maxBytes}, or of one weight that is larger, in order. */
    private static List<Map<String, NDArray>> parts(Weights weights, long maxBytes) {
        List<Map<String, NDArray>> parts = new ArrayList<>();
        long bytes = 0;
        for (String name : weights.names()) {
            NDArray array = weights.get(name);
            long size = array.size() * Float.BYTES;
            if (parts.isEmpty() || bytes + size > maxBytes) {
                parts.add(new LinkedHashMap<>());
                bytes = 0;
            }
            parts.getLast().put(name, array);
            bytes += size;
        }
        return parts;
    }
}
