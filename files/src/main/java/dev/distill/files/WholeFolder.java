package dev.distill.files;

import dev.distill.config.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Folders taken as wholes. One that is made here is complete or absent, also across a crash: it is
 * filled under a temporary name beside the target and renamed.
 */
public final class WholeFolder {
    /** How the name of a folder ends that is being made, or that a killed process has left. */
    public static final String UNFINISHED = ".unfinished";

    private WholeFolder() {}

    /** Fills a folder. */
    @FunctionalInterface
    public interface Content {
        void writeTo(Path folder) throws IOException;
    }

    /**
     * Makes {@code target}; when somebody else has made it meanwhile, theirs stays.
     *
     * @throws UserError when it cannot be written
     */
    public static void make(Path target, Content content) {
        Path parent =
                Objects.requireNonNull(target.toAbsolutePath().getParent(), "a parent folder");
        Path temporary =
                parent.resolve("." + target.getFileName() + "." + UUID.randomUUID() + UNFINISHED);
        try {
            Files.createDirectories(temporary);
            try {
                content.writeTo(temporary);
                take(target, temporary);
            } finally {
                delete(temporary);
            }
        } catch (IOException e) {
            throw AtomicFile.failure(target, e);
        }
    }

    private static void take(Path target, Path temporary) throws IOException {
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(target)) {
                throw e;
            }
        }
    }

    /**
     * The regular files below a folder, as relative paths with slashes, sorted.
     *
     * @throws UserError when it cannot be read
     */
    public static List<String> files(Path folder) {
        try {
            return walk(folder).stream()
                    .filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw AtomicFile.unreadable(folder, e);
        }
    }

    /** Deletes a folder and all below it, or a file; links are not followed. Absent is fine. */
    public static void delete(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        for (Path path : walk(tree).reversed()) {
            Files.deleteIfExists(path);
        }
    }

    /** All paths from {@code root} down, each folder before what is in it. */
    private static List<Path> walk(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.toList();
        } catch (UncheckedIOException e) { // from a folder below
            throw Objects.requireNonNull(e.getCause());
        }
    }
}
