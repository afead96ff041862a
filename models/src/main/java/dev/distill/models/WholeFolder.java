package dev.distill.models;

import dev.distill.files.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Makes folders that are whole or absent: they are filled under a temporary name beside the target
 * and renamed.
 */
final class WholeFolder {
    private WholeFolder() {}

    /** Fills a folder. */
    @FunctionalInterface
    interface Content {
        void writeTo(Path folder) throws IOException;
    }

    /** Makes {@code target}; when somebody else has made it meanwhile, theirs stays. */
    static void make(Path target, Content content) {
        Path parent =
                Objects.requireNonNull(target.toAbsolutePath().getParent(), "a parent folder");
        Path temporary = parent.resolve("." + target.getFileName() + "." + UUID.randomUUID());
        try {
            Files.createDirectories(temporary);
            try {
                content.writeTo(temporary);
                if (!Files.isDirectory(target)) {
                    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
                }
            } finally {
                delete(temporary);
            }
        } catch (IOException e) {
            throw AtomicFile.failure(target, e);
        }
    }

    /** The regular files below a folder, as relative paths with slashes, sorted. */
    static List<String> files(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
