package dev.distill.proxy.affinity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import dev.distill.proxy.affinity.Whereabouts.Known;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The file of {@link Whereabouts}: JSON with a version, one thing a line, the one asked for least
 * recently first. It is old or new, never half written.
 */
final class WhereaboutsFile {
    private static final int VERSION = 1;
    private static final Logger LOG = System.getLogger(WhereaboutsFile.class.getName());

    private final Path file;

    WhereaboutsFile(Path file) {
        this.file = file;
    }

    /** What was kept; nothing when there is no file, or when it is damaged, which is logged. */
    Map<Long, Known> read() {
        Map<Long, Known> known = new LinkedHashMap<>();
        if (!Files.exists(file)) {
            return known;
        }
        try {
            JsonNode root = Json.parse(Files.readString(file));
            if (root.required("version").asInt() != VERSION) {
                throw new IllegalArgumentException("it has version " + root.get("version"));
            }
            for (JsonNode line : root.required("known")) {
                known.put(
                        Long.parseUnsignedLong(line.required(0).asText(), 16),
                        new Known(
                                new Place(
                                        line.required(2).asText(),
                                        line.required(3).asText(),
                                        line.required(4).asText()),
                                line.required(1).asLong()));
            }
            return known;
        } catch (IOException | RuntimeException e) {
            LOG.log(
                    Level.WARNING,
                    "%s cannot be read: %s; who gave earlier answers is forgotten"
                            .formatted(file, e.getMessage()));
            return new LinkedHashMap<>();
        }
    }

    /**
     * Replaces what was kept.
     *
     * @throws UserError when it cannot be written
     */
    void write(Map<Long, Known> known) {
        AtomicFile.write(file, out -> write(known, out));
    }

    private static void write(Map<Long, Known> known, OutputStream out) throws IOException {
        out.write(utf8("{\"version\":%d,\"known\":[".formatted(VERSION)));
        String before = "\n";
        for (Map.Entry<Long, Known> entry : known.entrySet()) {
            Place place = entry.getValue().place();
            String line =
                    Json.line(
                            Json.array()
                                    .add(Long.toHexString(entry.getKey()))
                                    .add(entry.getValue().since())
                                    .add(place.provider())
                                    .add(place.key())
                                    .add(place.model()));
            out.write(utf8(before + line));
            before = ",\n";
        }
        out.write(utf8("\n]}\n"));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
