package dev.distill.files;

import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

/**
 * Writes whole files that are either absent, old or complete, also across a crash: the content goes
 * to a temporary name beside the target, is forced to the disk, and then takes the target's name.
 * Of several writers of one target the last one wins, also between processes: each has a temporary
 * name of its own.
 *
 * <p>A killed process leaves the one file that each of its threads was writing, {@code
 * .NAME.UUID.tmp}. It stays, because nothing tells it from the file of a living writer on another
 * machine. That costs one file for a kill, and nobody reads a hidden name; what is large belongs
 * into a {@link WholeFolder} or another folder that is deleted as a whole when it is unfinished.
 */
public final class AtomicFile {
    private AtomicFile() {}

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes the file at a path: a library that wants a path of its own instead of a stream. */
    @FunctionalInterface
    public interface PathContent {
        void writeTo(Path temporary) throws IOException;
    }

    /** Writes {@code text} in UTF-8; the parent folder is made when it is absent. */
    public static void write(Path target, String text) {
        write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Writes what {@code content} produces.
     *
     * @throws UserError when the disk is full or the folder is not writable
     */
    public static void write(Path target, Content content) {
        writePath(
                target,
                temporary -> {
                    try (OutputStream out = Files.newOutputStream(temporary)) {
                        content.writeTo(out);
                    }
                });
    }

    /** Like {@link #write(Path, Content)}, for a writer that opens the file itself. */
    public static void writePath(Path target, PathContent content) {
        Path folder =
                Objects.requireNonNull(target.toAbsolutePath().getParent(), "a file has a folder");
        Path temporary =
                folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            Files.createDirectories(folder);
            try {
                content.writeTo(temporary);
                force(temporary);
                Files.move(
                        temporary,
                        target,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
                forceFolder(folder);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw failure(target, e);
        }
    }

    /** What a failed write means to the user. */
    public static UserError failure(Path target, IOException e) {
        String reason = reason(e);
        boolean full = reason.toLowerCase(Locale.ROOT).contains("no space left");
        Problem problem =
                Problem.at(Location.of(target), "cannot write: " + reason)
                        .withHint(
                                full
                                        ? "free some disk space and run again; what was finished is kept"
                                        : "check that the folder exists and that you may write to it");
        return new UserError(ExitCode.INVALID_INPUT, problem, e);
    }

    /** What a failed read means to the user. */
    public static UserError unreadable(Path file, IOException e) {
        Problem problem =
                Problem.at(Location.of(file), "cannot read: " + reason(e))
                        .withHint("check the path and its permissions");
        return new UserError(ExitCode.INVALID_INPUT, problem, e);
    }

    /**
     * Java names only the file in some exceptions, and leaves what is wrong with it to the class.
     */
    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> "permission denied";
            case CharacterCodingException _ -> "it is not UTF-8";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /**
     * Makes the new name durable; not every platform can open a folder, and then nothing is lost.
     */
    private static void forceFolder(Path folder) throws IOException {
        if (System.getProperty("os.name", "").startsWith("Windows")) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
