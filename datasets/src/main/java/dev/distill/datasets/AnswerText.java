package dev.distill.datasets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.files.Json;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The label that an answer means: the text without surrounding space, quotes, backticks and full
 * stop, or the {@code label} of a JSON object, compared with the labels without regard to case.
 *
 * @param label as the list spells it
 * @param start where it, or the space before it, begins in the answer
 */
record AnswerText(String label, int start) {
    private static final Pattern DECORATED =
            Pattern.compile("[\\s\"'`]*(.*?)[\\s\"'`.]*", Pattern.DOTALL);
    private static final Pattern JSON_VALUE = Pattern.compile("\"label\"\\s*:\\s*\"");

    static Optional<AnswerText> parse(Labels labels, String answer) {
        Optional<String> bare = labels.ignoringCase(answer.strip());
        if (bare.isPresent()) {
            return Optional.of(new AnswerText(bare.get(), 0));
        }
        Matcher plain = DECORATED.matcher(answer);
        if (plain.matches()) {
            // A label may end in what is decoration elsewhere: the longest match counts.
            for (int end = answer.length(); end >= plain.end(1); end--) {
                Optional<String> label =
                        labels.ignoringCase(answer.substring(plain.start(1), end).strip());
                if (label.isPresent()) {
                    return Optional.of(new AnswerText(label.get(), plain.start(1)));
                }
            }
        }
        Matcher value = JSON_VALUE.matcher(answer);
        int start = value.find() ? value.end() : 0;
        return jsonLabel(answer)
                .flatMap(text -> labels.ignoringCase(text.strip()))
                .map(label -> new AnswerText(label, start));
    }

    private static Optional<String> jsonLabel(String answer) {
        if (!answer.strip().startsWith("{")) {
            return Optional.empty();
        }
        try {
            JsonNode json = Json.parse(answer);
            JsonNode label = json.path("label");
            return json.size() == 1 && label.isTextual()
                    ? Optional.of(label.textValue())
                    : Optional.empty();
        } catch (JsonProcessingException _) {
            return Optional.empty();
        }
    }
}
