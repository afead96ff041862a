package dev.distill.models.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Keeps repositories of the hub in a folder, each commit in a folder of its own:
 *
 * <pre>
 * org--name/refs/REVISION       the commit that a revision was when it was last asked for
 * org--name/COMMIT/             whole or absent: the files that a student needs
 * org--name/.COMMIT.partial/    on its way; a later run goes on where this one ended
 * </pre>
 *
 * <p>Sizes, and of large files SHA-256, are held against what the hub says. One process fetches a
 * repository at a time; others wait.
 */
public final class Hub {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path cache;
    private final HubClient client;
    private final BooleanSupplier stop;

    /**
     * @param stop asked between pieces; what has come is kept
     */
    public Hub(Path cache, HubSettings settings, Sleeper sleeper, BooleanSupplier stop) {
        this(cache, settings, sleeper, stop, PATIENCE);
    }

    /** One that waits for the next piece of a file no longer than that. */
    Hub(
            Path cache,
            HubSettings settings,
            Sleeper sleeper,
            BooleanSupplier stop,
            Duration patience) {
        this.cache = cache;
        this.client = new HubClient(settings, sleeper, patience);
        this.stop = stop;
    }

    /**
     * The folder of a repository, fetched unless it is here. A branch or tag is asked for anew each
     * time; while the hub cannot be reached, the commit that it was last stands for it.
     *
     * @throws UserError when the hub has no such repository, refuses it or cannot be reached
     */
    public Path fetch(HubReference reference) {
        if (reference.isCommit() && find(reference).isPresent()) {
            return find(reference).get();
        }
        HubListing listing;
        try {
            listing = listing(reference);
        } catch (UserError e) {
            if (e.code() == ExitCode.REMOTE_FAILED && find(reference).isPresent()) {
                return find(reference).get();
            }
            throw e;
        }
        Path folder = folder(reference, listing.commit());
        if (!Files.isDirectory(folder)) {
            locked(reference, listing, folder);
        }
        AtomicFile.write(ref(reference), listing.commit());
        return folder;
    }

    /** The folder of a repository that has been fetched; nobody is asked. */
    public Optional<Path> find(HubReference reference) {
        Path ref = ref(reference);
        try {
            String commit = Files.isRegularFile(ref) ? Files.readString(ref) : reference.revision();
            return HubReference.isCommit(commit)
                    ? Optional.of(folder(reference, commit)).filter(Files::isDirectory)
                    : Optional.empty();
        } catch (IOException e) {
            throw AtomicFile.unreadable(ref, e);
        }
    }

    private HubListing listing(HubReference reference) {
        String path =
                "/api/models/%s/revision/%s?blobs=true"
                        .formatted(reference.repository(), encoded(reference.revision()));
        return client.get(
                reference,
                path,
                () -> 0,
                () -> "",
                (_, body) -> {
                    byte[] bytes = body.readAllBytes();
                    try {
                        return HubListing.read(reference, Json.parse(bytes));
                    } catch (JsonProcessingException e) {
                        throw new UserError(
                                ExitCode.REMOTE_FAILED,
                                Problem.at(
                                        reference.written(),
                                        "what the hub says about %s is not JSON"
                                                .formatted(reference)),
                                e);
                    }
                });
    }

    private void locked(HubReference reference, HubListing listing, Path folder) {
        Path partial = folder.resolveSibling("." + listing.commit() + ".partial");
        try {
            Files.createDirectories(repository(reference));
            try (FileChannel channel =
                            FileChannel.open(
                                    repository(reference).resolve(".lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    var _ = channel.lock()) {
                if (Files.isDirectory(folder)) {
                    return; // another process was first
                }
                Files.createDirectories(partial);
                for (HubListing.File file : listing.needed(reference)) {
                    file(reference, listing.commit(), file, partial);
                }
                Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw AtomicFile.failure(folder, e);
        }
    }

    private void file(HubReference reference, String commit, HubListing.File file, Path folder)
            throws IOException {
        Path target = folder.resolve(file.name());
        if (Files.isRegularFile(target)) {
            return;
        }
        Path part = folder.resolve("." + file.name() + ".part");
        boolean whole = file.bytes().isPresent() && size(part) == file.bytes().getAsLong();
        if (!whole) {
            if (file.bytes().isEmpty() || size(part) > file.bytes().getAsLong()) {
                Files.deleteIfExists(part);
            }
            String path =
                    "/%s/resolve/%s/%s"
                            .formatted(reference.repository(), commit, encoded(file.name()));
            client.get(
                    reference,
                    path,
                    () -> size(part),
                    () -> kept(file, part),
                    (status, body) -> append(reference, part, status == 206, body));
        }
        check(reference, file, part);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String kept(HubListing.File file, Path part) {
        String whole =
                file.bytes().isPresent() ? " of %,d".formatted(file.bytes().getAsLong()) : "";
        return "; %,d%s bytes of %s have come and are kept"
                .formatted(size(part), whole, file.name());
    }

    /** Takes what comes; a server that does not know ranges sends all once more. */
    private long append(HubReference reference, Path part, boolean goesOn, InputStream body)
            throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (FileChannel out =
                FileChannel.open(
                        part,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        goesOn
                                ? StandardOpenOption.APPEND
                                : StandardOpenOption.TRUNCATE_EXISTING)) {
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                write(out, ByteBuffer.wrap(buffer, 0, n), part);
                if (stop.getAsBoolean()) {
                    throw new UserError(
                            ExitCode.INTERRUPTED,
                            Problem.of("stopped while %s was fetched".formatted(reference))
                                    .withHint("run again to go on; what has come is kept"));
                }
            }
            out.force(true);
            return out.size();
        }
    }

    /** A full disk is no broken connection, which would be tried again. */
    private static void write(FileChannel out, ByteBuffer piece, Path part) {
        try {
            while (piece.hasRemaining()) {
                out.write(piece);
            }
        } catch (IOException e) {
            throw AtomicFile.failure(part, e);
        }
    }

    private static void check(HubReference reference, HubListing.File file, Path part)
            throws IOException {
        boolean length = file.bytes().isEmpty() || file.bytes().getAsLong() == size(part);
        boolean content =
                length
                        && file.sha256()
                                .map(sha256 -> Digest.ofFile(part).hex().equals(sha256))
                                .orElse(true);
        if (content) {
            return;
        }
        String what =
                length
                        ? "its SHA-256 is another one than the hub says"
                        : "it has %,d bytes, the hub says %,d"
                                .formatted(size(part), file.bytes().orElseThrow());
        Files.deleteIfExists(part);
        throw new UserError(
                ExitCode.REMOTE_FAILED,
                Problem.at(
                                reference.written(),
                                "%s of %s came damaged: %s".formatted(file.name(), reference, what))
                        .withHint("run again to fetch this file anew"));
    }

    private static long size(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }

    private Path repository(HubReference reference) {
        return cache.resolve(reference.repository().replace("/", "--"));
    }

    private Path folder(HubReference reference, String commit) {
        return repository(reference).resolve(commit);
    }

    private Path ref(HubReference reference) {
        return repository(reference).resolve("refs").resolve(encoded(reference.revision()));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
