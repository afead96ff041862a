package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Digest;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a stage left behind.
 *
 * @param stage the name of the stage
 * @param key digest of everything that went in
 * @param content digest of all files that came out
 * @param files the digest of each file by its name
 * @param folder its files; they are never changed
 * @param facts its figures for reports and later stages
 * @param seconds how long the computation took, whenever that was
 * @param reused whether it was at hand
 */
public record StageOutput(
        String stage,
        Digest key,
        Digest content,
        Map<String, Digest> files,
        Path folder,
        ObjectNode facts,
        double seconds,
        boolean reused) {
    public StageOutput {
        files = Map.copyOf(files);
    }

    /** The kind of student that it is about, of a stage that is about one. */
    public Optional<String> student() {
        return Optional.of(facts.path("student").asText("")).filter(kind -> !kind.isEmpty());
    }

    /** What people call it: the stage, and of which student, such as {@code train linear}. */
    public String title() {
        return student().map(kind -> stage + " " + kind).orElse(stage);
    }

    /** The digest of one of the files, which a later stage that reads it depends on. */
    Digest digestOf(String name) {
        return Objects.requireNonNull(files.get(name), name);
    }

    /** A file of the output. */
    public Path file(String name) {
        return folder.resolve(name);
    }
}
