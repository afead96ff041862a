package dev.distill.proxy.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One file of a local log: {@code spool-LOG-NUMBER.log}.
 *
 * @param log the name of the log, which is never used again
 */
record Segment(Path folder, String log, long number) {
    private static final Pattern NAME = Pattern.compile("spool-([0-9a-f]+)-([0-9]{8,18})\\.log");

    /** The segments of a log, oldest first. */
    static List<Segment> of(Path folder, String log) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> parse(folder, file))
                    .flatMap(Optional::stream)
                    .filter(segment -> segment.log().equals(log))
                    .sorted((a, b) -> Long.compare(a.number(), b.number()))
                    .toList();
        }
    }

    private static Optional<Segment> parse(Path folder, Path file) {
        Matcher matcher = NAME.matcher(String.valueOf(file.getFileName()));
        return matcher.matches()
                ? Optional.of(
                        new Segment(folder, matcher.group(1), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    Segment next() {
        return new Segment(folder, log, number + 1);
    }

    Path path() {
        return folder.resolve(String.format(Locale.ROOT, "spool-%s-%08d.log", log, number));
    }

    FileChannel create() throws IOException {
        return FileChannel.open(path(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Some bytes from a position on; fewer at the end of the file. */
    ByteBuffer read(long position, int most) throws IOException {
        try (FileChannel channel = FileChannel.open(path(), StandardOpenOption.READ)) {
            long left = Math.max(0, channel.size() - position);
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(left, most));
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, position + bytes.position()) < 0) {
                    break;
                }
            }
            return bytes.flip();
        }
    }
}
