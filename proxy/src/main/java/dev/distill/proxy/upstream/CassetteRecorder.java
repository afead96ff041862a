package dev.distill.proxy.upstream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Cassette.Chunk;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Appends answers to a cassette, each under its request; a request that is made again gets another
 * answer there. Safe for use by many threads.
 */
public final class CassetteRecorder implements AutoCloseable {
    private final Path file;
    private final OutputStream out;

    /**
     * Opens a cassette, or begins one.
     *
     * @throws UserError when it is malformed or cannot be written
     */
    public CassetteRecorder(Path file) {
        this.file = file;
        if (Files.exists(file)) {
            Cassette.load(file);
        }
        try {
            this.out =
                    Files.newOutputStream(
                            file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /**
     * Records a whole answer, or an error.
     *
     * @param request an OpenAI chat completion request
     * @param model the model that answered
     * @param body in the same dialect
     */
    public void whole(
            ObjectNode request, String model, long latencyMillis, int status, ObjectNode body) {
        ObjectNode line = line(request, model, latencyMillis, status);
        line.set("body", body);
        append(line);
    }

    /**
     * Records a streamed answer.
     *
     * @param events in the same dialect, {@code [DONE]} included
     */
    public void stream(ObjectNode request, String model, long latencyMillis, List<Chunk> events) {
        ObjectNode line = line(request, model, latencyMillis, 200);
        events.forEach(
                event ->
                        line.withArray("events")
                                .addObject()
                                .put("after_ms", event.afterMillis())
                                .put("data", event.data()));
        append(line);
    }

    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static ObjectNode line(
            ObjectNode request, String model, long latencyMillis, int status) {
        return Json.object()
                .put("request", Cassette.requestDigest(request))
                .put("user", Cassette.userText(request))
                .put("model", model)
                .put("latency_ms", latencyMillis)
                .put("status", status);
    }

    private synchronized void append(ObjectNode line) {
        try {
            out.write((Json.line(line) + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private UserError unwritable(IOException cause) {
        Problem problem = Problem.at(Location.of(file), "cannot write the cassette: " + cause);
        return new UserError(ExitCode.INVALID_INPUT, problem, cause);
    }
}
