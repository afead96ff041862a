package dev.distill.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.files.WholeFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The outputs of all stages of all jobs, each in a folder named by the digest of what went in:
 *
 * <pre>
 * cache/STAGE/KEY/...          the files of a finished output, and stage.json, written last
 * work/STAGE/KEY/scratch/...   what an unfinished computation keeps to go on from
 * work/STAGE/KEY/output/...    the output in the making
 * </pre>
 *
 * An output is there as a whole or not at all, and is checked against its digests before each use.
 */
final class StageStore {
    private static final String MANIFEST = "stage.json";

    private final Path home;

    StageStore(Path home) {
        this.home = home;
    }

    /** The finished output of a key, when there is one and it is intact; writes nothing. */
    Optional<StageOutput> find(String stage, Digest key) {
        Path folder = folder("cache", stage, key);
        Path manifest = folder.resolve(MANIFEST);
        if (!Files.exists(manifest)) {
            return Optional.empty();
        }
        try {
            JsonNode json = Json.parse(Files.readString(manifest));
            return files(folder).equals(json.get("files"))
                    ? Optional.of(output(stage, key, folder, json, Reuse.FOUND))
                    : Optional.empty();
        } catch (JsonProcessingException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw AtomicFile.unreadable(manifest, e);
        }
    }

    /**
     * The output of a stage, found or else computed; two processes never compute the same one.
     *
     * @throws UserError when another process is computing it
     */
    StageOutput output(Stage stage, ObjectNode inputs) throws InterruptedException {
        Digest key = Stages.key(stage.name(), inputs);
        Optional<StageOutput> found = find(stage.name(), key).filter(stage::complete);
        return found.isPresent() ? found.get() : compute(stage, key, inputs);
    }

    private StageOutput compute(Stage stage, Digest key, ObjectNode inputs)
            throws InterruptedException {
        Path work = folder("work", stage.name(), key);
        Path output = work.resolve("output");
        long start = System.nanoTime();
        try {
            Files.createDirectories(work.resolve("scratch"));
            try (FileChannel channel =
                            FileChannel.open(
                                    work.resolve("lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    FileLock _ = lock(channel, stage.name())) {
                // Whoever held the lock before may have finished the same output.
                Optional<StageOutput> found = find(stage.name(), key).filter(stage::complete);
                if (found.isPresent()) {
                    return found.get();
                }
                WholeFolder.delete(output);
                Files.createDirectories(output);
                try {
                    ObjectNode facts = stage.run(output, work.resolve("scratch"));
                    double seconds = (System.nanoTime() - start) / 1e9;
                    return finish(stage.name(), key, inputs, output, facts, seconds);
                } finally {
                    WholeFolder.delete(output);
                }
            }
        } catch (IOException e) {
            throw AtomicFile.failure(work, e);
        }
    }

    private StageOutput finish(
            String stage,
            Digest key,
            ObjectNode inputs,
            Path output,
            ObjectNode facts,
            double seconds)
            throws IOException {
        ObjectNode manifest = Json.object().put("stage", stage).put("key", key.hex());
        manifest.set("inputs", inputs);
        manifest.set("files", files(output));
        manifest.set("facts", facts);
        manifest.put("seconds", Math.round(seconds * 1000) / 1000.0);
        AtomicFile.write(output.resolve(MANIFEST), Json.pretty(manifest));
        WholeFolder.files(output).forEach(name -> output.resolve(name).toFile().setReadOnly());
        Path target = folder("cache", stage, key);
        Files.createDirectories(home.resolve("cache").resolve(stage));
        if (Files.exists(target)) {
            setAside(target);
        }
        Files.move(output, target, StandardCopyOption.ATOMIC_MOVE);
        WholeFolder.delete(folder("work", stage, key).resolve("scratch"));
        return output(stage, key, target, manifest, Reuse.COMPUTED);
    }

    private enum Reuse {
        FOUND,
        COMPUTED
    }

    private static StageOutput output(
            String stage, Digest key, Path folder, JsonNode manifest, Reuse reuse) {
        Map<String, Digest> files = new HashMap<>();
        manifest.get("files")
                .properties()
                .forEach(file -> files.put(file.getKey(), new Digest(file.getValue().asText())));
        return new StageOutput(
                stage,
                key,
                Digest.of(Json.canonical(manifest.get("files"))),
                files,
                folder,
                (ObjectNode) manifest.get("facts"),
                manifest.get("seconds").asDouble(),
                reuse == Reuse.FOUND);
    }

    private static FileLock lock(FileChannel channel, String stage) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException _) {
            // Held by another thread of this process: the same to the user.
        }
        throw new UserError(
                ExitCode.INVALID_INPUT,
                Problem.of("another run is computing the same " + stage + " stage")
                        .withHint(
                                "wait until it has finished; this run will then find its output"));
    }

    /** Digest of each file below a folder, by its relative name; the manifest is left out. */
    private static ObjectNode files(Path folder) {
        ObjectNode files = Json.object();
        outputFiles(folder)
                .forEach(name -> files.put(name, Digest.ofFile(folder.resolve(name)).hex()));
        return files;
    }

    /** The names of an output's files, sorted, without the manifest over them. */
    static List<String> outputFiles(Path folder) {
        return WholeFolder.files(folder).stream().filter(name -> !name.equals(MANIFEST)).toList();
    }

    /**
     * An output that is damaged or made anew is kept beside the good one: nothing is ever deleted.
     */
    private static void setAside(Path folder) {
        try {
            int n = 1;
            Path aside = folder.resolveSibling(folder.getFileName() + ".aside-" + n);
            while (Files.exists(aside)) {
                n++;
                aside = folder.resolveSibling(folder.getFileName() + ".aside-" + n);
            }
            Files.move(folder, aside);
        } catch (IOException e) {
            throw AtomicFile.failure(folder, e);
        }
    }

    private Path folder(String kind, String stage, Digest key) {
        return home.resolve(kind).resolve(stage).resolve(key.hex());
    }
}
