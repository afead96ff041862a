package dev.distill.datasets;

import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a text file line by line and knows the line on which it stops being UTF-8. */
final class Utf8Lines {
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private Utf8Lines() {}

    /** Takes a line without its end, and its number from 1. */
    @FunctionalInterface
    interface Consumer {
        void accept(String line, int number);
    }

    /**
     * Reads all lines; a byte order mark is skipped.
     *
     * @throws UserError when the file cannot be read or is not UTF-8
     */
    static void read(Path file, Consumer consumer) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            int number = 1;
            for (int b = in.read(); b >= 0 || bytes.size() > 0; b = in.read()) {
                if (b >= 0 && b != '\n') {
                    bytes.write(b);
                    continue;
                }
                consumer.accept(decode(bytes.toByteArray(), Location.of(file, number)), number);
                bytes.reset();
                number++;
            }
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }

    private static String decode(byte[] bytes, Location location) {
        try {
            String line =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            String text =
                    location.line() == 1 && line.startsWith(BYTE_ORDER_MARK)
                            ? line.substring(1)
                            : line;
            return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        } catch (CharacterCodingException _) {
            throw UserError.invalid(location, "is not UTF-8", "save the file as UTF-8");
        }
    }
}
