package dev.distill.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.files.CanonicalJson;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the answers to a task are read. Two answers are the same when they have the same meaning, a
 * text that also stands in the datasets and is what a student learns to say.
 */
public sealed interface AnswerFormat permits Labels, AnswerFormat.Text, AnswerFormat.JsonText {
    /** What an answer means; empty when it does not fit the task. */
    Optional<String> meaning(String answer);

    /** Why an answer without a meaning has none. */
    String complaint();

    /** Reads an answer with its log-probabilities, which only labels have a use for. */
    default LabelProbabilities read(String answer, JsonNode logprobs) {
        Optional<String> meaning = meaning(answer);
        return new LabelProbabilities(
                meaning,
                List.of(),
                ProbabilitySource.NONE,
                0,
                meaning.isPresent() ? Optional.empty() : Optional.of(complaint()));
    }

    /** Any text; space around it does not count. */
    record Text() implements AnswerFormat {
        @Override
        public Optional<String> meaning(String answer) {
            return Optional.of(answer.strip()).filter(text -> !text.isEmpty());
        }

        @Override
        public String complaint() {
            return "answer is empty";
        }
    }

    /**
     * One JSON value, as it is or in a fenced block of Markdown; its meaning is its canonical text.
     */
    record JsonText() implements AnswerFormat {
        private static final Pattern FENCED =
                Pattern.compile("```(?:json)?\\s*\\n(.*?)\\n?\\s*```", Pattern.DOTALL);

        @Override
        public Optional<String> meaning(String answer) {
            String text = answer.strip();
            Matcher fenced = FENCED.matcher(text);
            return CanonicalJson.of(fenced.matches() ? fenced.group(1) : text);
        }

        @Override
        public String complaint() {
            return "answer is not JSON";
        }
    }
}
