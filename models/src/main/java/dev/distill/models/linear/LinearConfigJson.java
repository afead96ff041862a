package dev.distill.models.linear;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import dev.distill.models.LabelNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads and writes a {@link LinearShape} as config.json. */
final class LinearConfigJson {
    private static final int MOST = 100_000_000;

    private final Path file;
    private final JsonNode json;
    private final List<Problem> problems = new ArrayList<>();

    private LinearConfigJson(Path file, JsonNode json) {
        this.file = file;
        this.json = json;
    }

    static LinearShape read(Path file) {
        try {
            return new LinearConfigJson(file, Json.parse(Files.readString(file))).shape();
        } catch (JsonProcessingException e) {
            throw UserError.invalid(Location.of(file), "not JSON at " + Json.where(e));
        } catch (NoSuchFileException _) {
            throw UserError.invalid(Location.of(file), "there is no such file");
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }

    private LinearShape shape() {
        String type = json.path("model_type").asText("");
        if (!type.equals(LinearShape.MODEL_TYPE)) {
            throw UserError.invalid(
                    Location.of(file),
                    "model_type must be %s, got '%s'".formatted(LinearShape.MODEL_TYPE, type));
        }
        List<String> labels = LabelNames.readClassifier(json, this::problem);
        int words = number("max_word_ngram");
        int fewest = number("min_char_ngram");
        int most = number("max_char_ngram");
        int wordTerms = number("word_terms");
        int characterTerms = number("char_terms");
        if (problems.isEmpty()) {
            try {
                return new LinearShape(
                        labels, new Ngrams(words, fewest, most), wordTerms, characterTerms);
            } catch (IllegalArgumentException e) {
                problem(String.valueOf(e.getMessage()));
            }
        }
        throw new UserError(ExitCode.INVALID_INPUT, problems);
    }

    private int number(String name) {
        JsonNode value = json.path("distill").path(name);
        if (!value.isInt() || value.asInt() < 0 || value.asInt() > MOST) {
            problem(
                    "distill.%s %s"
                            .formatted(
                                    name,
                                    value.isMissingNode()
                                            ? "is missing"
                                            : "must be 0 to %d, got %s".formatted(MOST, value)));
            return 0;
        }
        return value.asInt();
    }

    private void problem(String message) {
        problems.add(Problem.at(Location.of(file), message));
    }

    static String write(LinearShape shape) {
        ObjectNode json = Json.object();
        json.put("model_type", LinearShape.MODEL_TYPE);
        LabelNames.write(shape.labels(), json);
        json.putObject("distill")
                .put("max_word_ngram", shape.ngrams().maxWords())
                .put("min_char_ngram", shape.ngrams().minCharacters())
                .put("max_char_ngram", shape.ngrams().maxCharacters())
                .put("word_terms", shape.wordTerms())
                .put("char_terms", shape.characterTerms());
        return Json.pretty(json);
    }
}
