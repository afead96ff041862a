package dev.distill.proxy.ledger;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says whose a local log is: whoever holds the lock on {@code spool-LOG.lock}. The lock of a
 * process goes with it, however it ends, so that another one can take over its log.
 */
record SpoolLock(Path folder, String log, FileChannel channel, FileLock lock)
        implements AutoCloseable {
    private static final String PREFIX = "spool-";
    private static final String SUFFIX = ".lock";

    /** A log that never was before. */
    static SpoolLock create(Path folder) throws IOException {
        String log = UUID.randomUUID().toString().replace("-", "");
        return take(folder, log).orElseThrow();
    }

    /** The logs that processes have left behind. */
    static List<SpoolLock> abandoned(Path folder) throws IOException {
        List<String> logs;
        try (Stream<Path> files = Files.list(folder)) {
            logs =
                    files.map(file -> String.valueOf(file.getFileName()))
                            .filter(name -> name.startsWith(PREFIX) && name.endsWith(SUFFIX))
                            .map(
                                    name ->
                                            name.substring(
                                                    PREFIX.length(),
                                                    name.length() - SUFFIX.length()))
                            .sorted()
                            .toList();
        }
        List<SpoolLock> taken = new ArrayList<>();
        for (String log : logs) {
            take(folder, log).ifPresent(taken::add);
        }
        return taken;
    }

    private static Optional<SpoolLock> take(Path folder, String log) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        folder.resolve(PREFIX + log + SUFFIX),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        @Nullable FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException _) {
            // somebody else in this process has it
        }
        if (lock == null) {
            channel.close();
            return Optional.empty();
        }
        return Optional.of(new SpoolLock(folder, log, channel, lock));
    }

    /** Deletes the file when nothing is left of its log, and lets go of it. */
    @Override
    public void close() throws IOException {
        if (Segment.of(folder, log).isEmpty()) {
            Files.deleteIfExists(folder.resolve(PREFIX + log + SUFFIX));
        }
        channel.close();
    }
}
