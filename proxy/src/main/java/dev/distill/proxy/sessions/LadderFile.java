package dev.distill.proxy.sessions;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The file of sessions that were pinged, acknowledged or stopped. */
final class LadderFile {
    private final Path file;

    LadderFile(Path file) {
        this.file = file;
    }

    /**
     * What was kept; nothing when there is no file yet.
     *
     * @throws UserError when the file is damaged: stopped sessions would go on silently
     */
    List<Saved> read() {
        if (!Files.exists(file)) {
            return List.of();
        }
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
        try {
            List<Saved> sessions = new ArrayList<>();
            Json.parse(text).required("sessions").forEach(json -> sessions.add(Saved.of(json)));
            return sessions;
        } catch (IOException | RuntimeException e) {
            throw UserError.invalid(
                    Location.of(file),
                    "is not a file of sessions: " + e.getMessage(),
                    "move it away; sessions that were stopped then go on");
        }
    }

    void write(Collection<Saved> sessions) {
        ObjectNode root = Json.object();
        ArrayNode list = root.putArray("sessions");
        sessions.forEach(saved -> list.add(saved.json()));
        AtomicFile.write(file, Json.pretty(root));
    }
}
