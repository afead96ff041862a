package dev.distill.trainer.tracking;

import dev.distill.files.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/**
 * An event file that TensorBoard shows while it is written: TFRecords, each with its length and
 * contents under a checksum ({@code uint64 length, uint32 crc(length), bytes, uint32 crc(bytes)}),
 * of messages of {@link EventMessage}. A killed process leaves at most its last record unfinished,
 * which readers skip.
 *
 * <p>Not thread-safe; whoever made it closes it.
 */
public final class EventFile implements Tracker {
    private final Path file;
    private final FileChannel channel;
    private final InstantSource clock;

    /**
     * A new file in {@code folder}, which is made when it is absent. Files of earlier runs stay:
     * TensorBoard reads them all.
     *
     * @throws dev.distill.config.UserError when it cannot be written
     */
    public EventFile(Path folder, InstantSource clock) {
        this.clock = clock;
        Instant now = clock.instant();
        // Readers take the files of a folder in the order of their names.
        file =
                folder.resolve(
                        "events.out.tfevents.%010d.%09d.distill"
                                .formatted(now.getEpochSecond(), now.getNano()));
        try {
            Files.createDirectories(folder);
            channel =
                    FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw AtomicFile.failure(file, e);
        }
        write(EventMessage.version(wallTime()));
    }

    /** Where the figures go. */
    public Path file() {
        return file;
    }

    /** Not kept: event files have no plain place for settings. */
    @Override
    public void settings(Map<String, String> settings) {}

    @Override
    public void resumed(long step) {
        write(EventMessage.start(wallTime(), step + 1));
    }

    @Override
    public void scalars(long step, Map<String, Double> values) {
        write(EventMessage.scalars(wallTime(), step, values));
    }

    @Override
    public void ended(End end) {}

    private double wallTime() {
        Instant now = clock.instant();
        return now.getEpochSecond() + now.getNano() / 1e9;
    }

    /** One write for a record, so that a reader rarely sees a part of one. */
    private void write(byte[] message) {
        byte[] length = EventMessage.little(8).putLong(message.length).array();
        ByteBuffer bytes = EventMessage.little(message.length + 16);
        bytes.put(length).putInt(Crc.masked(length)).put(message).putInt(Crc.masked(message));
        bytes.flip();
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw AtomicFile.failure(file, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw AtomicFile.failure(file, e);
        }
    }
}
