package dev.distill.models.head;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import dev.distill.models.EncoderConfig;
import dev.distill.models.LabelNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads and writes a {@link HeadShape} as config.json. The member {@code encoder} is the encoder's
 * own config.json.
 */
final class HeadShapeJson {
    private final Path file;
    private final JsonNode json;
    private final List<Problem> problems = new ArrayList<>();

    private HeadShapeJson(Path file, JsonNode json) {
        this.file = file;
        this.json = json;
    }

    static HeadShape read(Path file) {
        try {
            return new HeadShapeJson(file, Json.parse(Files.readString(file))).shape();
        } catch (JsonProcessingException e) {
            throw UserError.invalid(Location.of(file), "not JSON at " + Json.where(e));
        } catch (NoSuchFileException _) {
            throw UserError.invalid(Location.of(file), "there is no such file");
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }

    private HeadShape shape() {
        String type = json.path("model_type").asText("");
        if (!type.equals(HeadShape.MODEL_TYPE)) {
            throw UserError.invalid(
                    Location.of(file),
                    "model_type must be %s, got '%s'".formatted(HeadShape.MODEL_TYPE, type));
        }
        List<String> labels = LabelNames.readClassifier(json, this::problem);
        List<Integer> sizes = hiddenSizes();
        if (!json.path("hidden_act").asText("").equals("relu")) {
            problem("hidden_act must be relu, got " + json.path("hidden_act"));
        }
        if (!json.path("encoder").isObject()) {
            problem("encoder is missing: it is the encoder's own config");
        }
        if (!problems.isEmpty()) {
            throw new UserError(ExitCode.INVALID_INPUT, problems);
        }
        return new HeadShape(EncoderConfig.of(file, json.path("encoder")), sizes, labels);
    }

    private List<Integer> hiddenSizes() {
        JsonNode array = json.path("hidden_sizes");
        List<Integer> sizes = new ArrayList<>();
        array.forEach(size -> sizes.add(size.isInt() ? size.asInt() : 0));
        if (!array.isArray() || sizes.stream().anyMatch(size -> size < 1)) {
            problem("hidden_sizes must be a list of whole numbers >= 1, got " + array);
        }
        return sizes;
    }

    private void problem(String message) {
        problems.add(Problem.at(Location.of(file), message));
    }

    static String write(HeadShape shape) {
        ObjectNode json = Json.object();
        json.put("model_type", HeadShape.MODEL_TYPE);
        json.put("problem_type", "single_label_classification");
        ArrayNode sizes = json.putArray("hidden_sizes");
        shape.hiddenSizes().forEach(sizes::add);
        json.put("hidden_act", "relu");
        json.put("dtype", "float32");
        LabelNames.write(shape.labels(), json);
        try {
            json.set("encoder", Json.parse(shape.encoder().toJson()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an encoder's config is JSON", e);
        }
        return Json.pretty(json);
    }
}
