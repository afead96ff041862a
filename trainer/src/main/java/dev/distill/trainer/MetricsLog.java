package dev.distill.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;

/**
 * {@code metrics.jsonl}: one JSON object for every tenth step and for every epoch, in order, each
 * with the optimiser steps done. A resumed training writes the file that an undisturbed one would
 * have written, but for speeds.
 */
final class MetricsLog {
    private static final int STEPS_PER_LINE = 10;

    private final Path file;

    /**
     * Opens the log; lines after {@code step}, from a run that got further than its checkpoint, go.
     */
    MetricsLog(Path file, int step) {
        this.file = file;
        AtomicFile.write(
                file,
                lines(file).stream()
                        .filter(line -> isUpTo(line, step))
                        .map(line -> line + "\n")
                        .collect(Collectors.joining()));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }

    private static boolean isUpTo(String line, int step) {
        try {
            JsonNode json = Json.parse(line);
            return json.path("step").asInt(Integer.MAX_VALUE) <= step;
        } catch (JsonProcessingException _) {
            return false; // the last line of a run that was killed
        }
    }

    /** Writes every tenth step. */
    void step(TrainingEvent.Step step) {
        if (step.step() % STEPS_PER_LINE == 0) {
            append(
                    Json.object()
                            .put("step", step.step())
                            .put("loss", step.loss())
                            .put("learning_rate", step.learningRate())
                            .put("gradient_norm", step.gradientNorm())
                            .put("rows_per_second", step.rowsPerSecond()));
        }
    }

    /** Writes an epoch that ended with that step. */
    void epoch(int step, TrainingEvent.Epoch epoch) {
        append(
                Json.object()
                        .put("step", step)
                        .put("epoch", epoch.epoch())
                        .put("validation_accuracy", epoch.accuracy())
                        .put("validation_loss", epoch.loss())
                        .put("best", epoch.best()));
    }

    private void append(ObjectNode line) {
        try {
            Files.writeString(
                    file,
                    Json.line(line) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw AtomicFile.failure(file, e);
        }
    }
}
