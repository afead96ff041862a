package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * {@code events.jsonl}: one event a line with the time it happened, written through at once so that
 * whoever follows the file sees the run live. Safe for use by many threads.
 */
final class EventLog implements Events, AutoCloseable {
    private final Path file;
    private final InstantSource clock;
    private final BufferedWriter out;

    EventLog(Path file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
        try {
            out = Files.newBufferedWriter(file);
        } catch (IOException e) {
            throw AtomicFile.failure(file, e);
        }
    }

    @Override
    public synchronized void emit(RunEvent event) {
        ObjectNode line = Json.object().put("time", clock.instant().toString());
        line.setAll(event.toJson());
        try {
            out.write(Json.line(line));
            out.newLine();
            out.flush();
        } catch (IOException e) {
            throw AtomicFile.failure(file, e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw AtomicFile.failure(file, e);
        }
    }
}
