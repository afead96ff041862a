package dev.distill.proxy.sessions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The file of the sessions that are under way: JSON with a version, a session a line. It is old or
 * new, never half written.
 */
final class LadderFile {
    /** Of the form; a file from before there were versions has the same members. */
    private static final int VERSION = 1;

    private static final Logger LOG = System.getLogger(LadderFile.class.getName());

    private final Path file;

    LadderFile(Path file) {
        this.file = file;
    }

    /**
     * What was kept; nothing when there is no file yet, or when it is damaged: that is logged, and
     * the file is set aside.
     *
     * @throws UserError when the file cannot be read at all
     */
    List<Saved> read() {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return parsed(Files.readString(file));
        } catch (CharacterCodingException e) {
            return setAside("it is not UTF-8");
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }

    private List<Saved> parsed(String text) {
        try {
            JsonNode root = Json.parse(text);
            int version = root.path("version").asInt(VERSION);
            if (version != VERSION) {
                return setAside("it has version " + version);
            }
            List<Saved> sessions = new ArrayList<>();
            root.required("sessions").forEach(json -> sessions.add(Saved.of(json)));
            return sessions;
        } catch (IOException | RuntimeException e) {
            return setAside(String.valueOf(e.getMessage()));
        }
    }

    /** Keeps it for whoever wants to mend it. */
    private List<Saved> setAside(String why) {
        Path damaged = file.resolveSibling(file.getFileName() + ".damaged");
        LOG.log(
                Level.WARNING,
                "%s is not a file of sessions: %s; it is now %s, and sessions start from nothing, stopped ones too"
                        .formatted(file, why, damaged.getFileName()));
        try {
            Files.move(file, damaged, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
        return List.of();
    }

    /**
     * Replaces what was kept.
     *
     * @throws UserError when it cannot be written
     */
    void write(List<Saved> sessions) {
        AtomicFile.write(file, out -> write(sessions, out));
    }

    private static void write(List<Saved> sessions, OutputStream out) throws IOException {
        out.write(utf8("{\"version\":%d,\"sessions\":[".formatted(VERSION)));
        String before = "\n";
        for (Saved session : sessions) {
            out.write(utf8(before + Json.line(session.json())));
            before = ",\n";
        }
        out.write(utf8("\n]}\n"));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
