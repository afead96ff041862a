package dev.distill.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a student's scores become probabilities that can be believed: they are divided by one
 * temperature before the softmax, which was fitted on validation rows and changes no label (C. Guo,
 * G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural networks", ICML 2017). In a
 * package it is calibration.json; a package without it is taken at temperature 1.
 *
 * @param temperature above 0; greater ones make the student less sure
 * @param rows validation rows that it was fitted on; 0 when it was not fitted
 * @param nllBefore mean negative log-likelihood of their labels at temperature 1
 * @param nllAfter the same at the fitted one
 * @param eceBefore expected calibration error over 15 bins at temperature 1, 0 to 1
 * @param eceAfter the same at the fitted one
 */
public record Calibration(
        double temperature,
        int rows,
        double nllBefore,
        double nllAfter,
        double eceBefore,
        double eceAfter) {
    /** The file in a package. */
    public static final String FILE = "calibration.json";

    /** Scores as they are. */
    public static final Calibration NONE = new Calibration(1, 0, 0, 0, 0, 0);

    private static final String METHOD = "temperature";

    public Calibration {
        if (!(temperature > 0 && Double.isFinite(temperature))) {
            throw new IllegalArgumentException("temperature must be > 0, got " + temperature);
        }
    }

    /**
     * What a classifier says of a text with these scores.
     *
     * @param labels one for each score
     * @param scores logits; those of the text begin at {@code offset}
     * @param tokens how many the student saw
     * @param cut whether the text was longer than the student takes
     */
    public Prediction prediction(
            List<String> labels, float[] scores, int offset, int tokens, boolean cut) {
        double[] probabilities = probabilities(scores, offset, labels.size());
        int best = 0;
        List<Double> boxed = new ArrayList<>(probabilities.length);
        for (int i = 0; i < probabilities.length; i++) {
            best = scores[offset + i] > scores[offset + best] ? i : best;
            boxed.add(probabilities[i]);
        }
        return new Prediction(labels.get(best), boxed, tokens, cut);
    }

    /** The softmax of {@code size} scores from {@code offset} on, over the temperature. */
    public double[] probabilities(float[] scores, int offset, int size) {
        float most = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < size; i++) {
            most = Math.max(most, scores[offset + i]);
        }
        double[] probabilities = new double[size];
        double sum = 0;
        for (int i = 0; i < size; i++) {
            probabilities[i] = Math.exp(((double) scores[offset + i] - most) / temperature);
            sum += probabilities[i];
        }
        for (int i = 0; i < size; i++) {
            probabilities[i] /= sum;
        }
        return probabilities;
    }

    /**
     * Reads a package's calibration; {@link #NONE} where there is none.
     *
     * @throws UserError when it is damaged, or of a method that is not known
     */
    public static Calibration read(Path folder) {
        Path file = folder.resolve(FILE);
        JsonNode json;
        try {
            json = Json.parse(Files.readString(file));
        } catch (NoSuchFileException _) {
            return NONE;
        } catch (JsonProcessingException e) {
            throw UserError.invalid(Location.of(file), "not JSON at " + Json.where(e));
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
        String method = json.path("method").asText("");
        if (!method.equals(METHOD)) {
            throw UserError.invalid(
                    Location.of(file),
                    "method '%s' is not known".formatted(method),
                    "known is " + METHOD);
        }
        List<String> numbers =
                List.of(
                        "temperature",
                        "rows",
                        "nll_before",
                        "nll_after",
                        "ece_before",
                        "ece_after");
        for (String name : numbers) {
            if (!json.path(name).isNumber()) {
                throw UserError.invalid(
                        Location.of(file),
                        "%s must be a number, got %s".formatted(name, json.get(name)));
            }
        }
        double temperature = json.path("temperature").asDouble();
        if (!(temperature > 0 && Double.isFinite(temperature))) {
            throw UserError.invalid(
                    Location.of(file), "temperature must be > 0, got " + temperature);
        }
        return new Calibration(
                temperature,
                json.path("rows").asInt(),
                json.path("nll_before").asDouble(),
                json.path("nll_after").asDouble(),
                json.path("ece_before").asDouble(),
                json.path("ece_after").asDouble());
    }

    /** Writes calibration.json into a package. */
    public void write(Path folder) {
        AtomicFile.write(
                folder.resolve(FILE),
                Json.pretty(
                        Json.object()
                                .put("method", METHOD)
                                .put("temperature", temperature)
                                .put("rows", rows)
                                .put("nll_before", nllBefore)
                                .put("nll_after", nllAfter)
                                .put("ece_before", eceBefore)
                                .put("ece_after", eceAfter)));
    }
}
