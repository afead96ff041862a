package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.AtomicFile;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.files.WholeFolder;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * {@code runs/NAME/RUN-ID/}: what was asked, what happened, what came out. Outputs of stages are
 * linked into it, so that a run that reuses everything takes no space.
 */
final class RunFolder {
    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);
    private static final String MANIFEST = "manifest.json";

    private final Path folder;

    private RunFolder(Path folder) {
        this.folder = folder;
    }

    /** Makes a new folder, named by the time; a second run within the second gets a number. */
    static RunFolder create(Path runs, String job, Instant now) {
        Path parent = runs.resolve(job);
        try {
            Files.createDirectories(parent);
            String id = ID.format(now);
            for (int n = 1; ; n++) {
                Path folder = parent.resolve(n == 1 ? id : id + "-" + n);
                try {
                    return new RunFolder(Files.createDirectory(folder));
                } catch (FileAlreadyExistsException _) {
                    // Another run of this second has it.
                }
            }
        } catch (IOException e) {
            throw AtomicFile.failure(parent, e);
        }
    }

    /** The run's name among the job's runs. */
    String id() {
        return String.valueOf(folder.getFileName());
    }

    Path folder() {
        return folder;
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** Brings a stage's file, or all files of its folder, into the run under another name. */
    void link(Path source, String name) {
        Path target = folder.resolve(name);
        try {
            if (Files.isRegularFile(source)) {
                linkOrCopy(source, target);
                return;
            }
            for (String file : StageStore.outputFiles(source)) {
                linkOrCopy(source.resolve(file), target.resolve(file));
            }
        } catch (IOException e) {
            throw AtomicFile.failure(target, e);
        }
    }

    /** Gives a file a second name, or makes a copy where the file system cannot. */
    static void linkOrCopy(Path source, Path target) throws IOException {
        Path parent = target.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createLink(target, source);
        } catch (UnsupportedOperationException | IOException _) {
            Files.copy(source, target);
        }
    }

    /** Writes the manifest, after which the run counts as complete. */
    void finish(String job, List<StageOutput> stages, int exitCode) {
        ObjectNode manifest = Json.object().put("job", job).put("run", id());
        manifest.put("exit_code", exitCode);
        var list = manifest.putArray("stages");
        for (StageOutput output : stages) {
            ObjectNode stage =
                    Json.object()
                            .put("stage", output.stage())
                            .put("key", output.key().hex())
                            .put("content", output.content().hex())
                            .put("reused", output.reused());
            output.student().ifPresent(kind -> stage.put("student", kind));
            list.add(stage);
        }
        ObjectNode files = manifest.putObject("files");
        WholeFolder.files(folder).stream()
                .filter(name -> !name.equals("events.jsonl"))
                .forEach(name -> files.put(name, Digest.ofFile(file(name)).hex()));
        AtomicFile.write(folder.resolve(MANIFEST), Json.pretty(manifest));
    }
}
