package dev.distill.trainer.causal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import dev.distill.models.causal.CausalConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The words of a tokenizer.json by their numbers: whether two models mean the same by a number,
 * and whether a model has a row for each of them.
 */
final class Vocabulary {
    private Vocabulary() {}

    /**
     * Holds two tokenizers against each other.
     *
     * @throws UserError naming a word of which they differ
     */
    static void same(Path student, Path teacher) {
        Map<String, Long> own = read(student);
        Map<String, Long> other = read(teacher);
        for (Map.Entry<String, Long> word : own.entrySet()) {
            if (!word.getValue().equals(other.get(word.getKey()))) {
                throw differ(student, teacher, word.getKey(), word.getValue(), other);
            }
        }
        for (Map.Entry<String, Long> word : other.entrySet()) {
            if (!own.containsKey(word.getKey())) {
                throw differ(teacher, student, word.getKey(), word.getValue(), own);
            }
        }
    }

    private static UserError differ(
            Path file, Path otherFile, String word, long number, Map<String, Long> other) {
        Long there = other.get(word);
        return UserError.invalid(
                Location.of(otherFile),
                "the token '%s' is %s here and %d in %s: student and teacher have different vocabularies"
                        .formatted(word, there == null ? "missing" : there, number, file),
                "use train.kd.loss: uld, or a teacher with the student's tokenizer");
    }

    /** Whether two tokenizers mean the same by every number. */
    static boolean isSame(Path student, Path teacher) {
        return read(student).equals(read(teacher));
    }

    /**
     * Checks that a model has a row for every token; more rows than tokens are padding.
     *
     * @throws UserError when it has fewer
     */
    static void fits(Path tokenizer, CausalConfig config, Location place) {
        long highest = read(tokenizer).values().stream().mapToLong(Long::longValue).max().orElse(0);
        if (highest >= config.size().vocabulary()) {
            throw UserError.invalid(
                    place,
                    "the tokenizer has token %d, but the model a vocabulary of %d"
                            .formatted(highest, config.size().vocabulary()),
                    "tokenizer.json and config.json belong to different models");
        }
    }

    private static Map<String, Long> read(Path file) {
        try {
            JsonNode json = Json.parse(Files.readString(file));
            Map<String, Long> words = new HashMap<>();
            JsonNode vocabulary = json.path("model").path("vocab");
            if (vocabulary.isArray()) { // Unigram: [word, score] in order
                for (int i = 0; i < vocabulary.size(); i++) {
                    words.put(vocabulary.get(i).path(0).asText(), (long) i);
                }
            } else {
                vocabulary.properties().forEach(e -> words.put(e.getKey(), e.getValue().asLong()));
            }
            json.path("added_tokens")
                    .forEach(t -> words.put(t.path("content").asText(), t.path("id").asLong()));
            return words;
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }
}
