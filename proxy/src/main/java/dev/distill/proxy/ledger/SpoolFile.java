package dev.distill.proxy.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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

    /** Takes back what was half written, or leaves the segment to those who read up to damage. */
    private void cut(FileChannel to, IOException cause) {
        try {
            to.truncate(position);
            to.position(position);
        } catch (IOException e) {
            cause.addSuppressed(e);
            try {
                next();
            } catch (IOException again) {
                cause.addSuppressed(again);
            }
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
