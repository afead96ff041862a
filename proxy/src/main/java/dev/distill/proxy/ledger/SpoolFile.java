package dev.distill.proxy.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/** The segment that a log is being written to. For one thread. */
final class SpoolFile implements AutoCloseable {
    /** Opens the file of a segment; a seam for tests with a full disk. */
    @FunctionalInterface
    interface Disk {
        FileChannel create(Segment segment) throws IOException;
    }

    private final Disk disk;
    private Segment segment;
    private long position;
    private @Nullable FileChannel channel;

    /** The segment is made when there is something to write. */
    SpoolFile(Segment first, Disk disk) {
        this.segment = first;
        this.disk = disk;
    }

    Segment segment() {
        return segment;
    }

    long position() {
        return position;
    }

    /** Appends bytes; they are on the disk afterwards, or none of them is there to be read. */
    void write(byte[] bytes) throws IOException {
        if (bytes.length == 0) {
            return;
        }
        FileChannel to = channel;
        if (to == null) {
            to = disk.create(segment);
            channel = to;
        }
        try {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                to.write(left);
            }
            to.force(false);
            position += bytes.length;
        } catch (IOException e) {
            cut(to, e);
            throw e;
        }
    }

    /**
     * Takes back what was half written, and leaves the segment: should taking back fail too, its
     * readers stop at the damage. An empty one is deleted, so that a full disk leaves no litter.
     */
    private void cut(FileChannel to, IOException cause) {
        channel = null;
        try (to) {
            to.truncate(position);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
        try {
            if (position == 0) {
                Files.deleteIfExists(segment.path());
            } else {
                next();
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** Goes on in a new segment. */
    void next() throws IOException {
        FileChannel old = channel;
        channel = null;
        segment = segment.next();
        position = 0;
        if (old != null) {
            old.close();
        }
    }

    @Override
    public void close() {
        FileChannel last = channel;
        if (last == null) {
            return;
        }
        try {
            last.close();
        } catch (IOException _) {
            // everything in it has been forced already
        }
    }
}
