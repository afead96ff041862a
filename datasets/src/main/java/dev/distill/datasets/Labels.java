package dev.distill.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.Suggestion;
import dev.distill.config.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The labels of a task in their order, which is the order of all probabilities and logits. No two
 * labels differ only in case, so that an answer means one label at most. Immutable.
 */
public final class Labels implements AnswerFormat {
    private final List<String> names;
    private final Map<String, Integer> indices = new HashMap<>();

    private Labels(List<String> names) {
        this.names = List.copyOf(names);
        for (String name : names) {
            Integer before = indices.put(folded(name), indices.size());
            if (before != null || !name.equals(name.strip()) || name.isEmpty()) {
                throw new IllegalArgumentException("label is blank, padded or repeated: " + name);
            }
        }
    }

    /** Labels in this order. */
    public static Labels of(List<String> names) {
        return new Labels(names);
    }

    /**
     * Reads a text file with one label a line; space around a label does not count.
     *
     * @throws UserError with all blank and repeated lines, or when there are fewer than two labels
     */
    public static Labels read(Path file) {
        Problems problems = new Problems(file);
        List<String> names = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        Utf8Lines.read(
                file,
                (line, number) -> {
                    String name = line.strip();
                    Integer before = lines.putIfAbsent(folded(name), number);
                    if (name.isEmpty()) {
                        problems.add(Location.of(file, number), "blank line, expected a label");
                    } else if (before != null) {
                        problems.add(
                                Location.of(file, number),
                                "label %s is already on line %d".formatted(name, before));
                    } else {
                        names.add(name);
                    }
                });
        if (problems.isEmpty() && names.size() < 2) {
            problems.add(
                    Problem.at(Location.of(file), "expected at least 2 labels, got " + names.size())
                            .withHint("write one label on each line"));
        }
        problems.throwIfAny();
        return new Labels(names);
    }

    /** All labels in order. */
    public List<String> names() {
        return names;
    }

    /** How many labels there are. */
    public int size() {
        return names.size();
    }

    /** The position of a label, written exactly as in the list. */
    public OptionalInt indexOf(String label) {
        Integer index = indices.get(folded(label));
        return index != null && names.get(index).equals(label)
                ? OptionalInt.of(index)
                : OptionalInt.empty();
    }

    /** The label that is spelt like this but for case. */
    public Optional<String> ignoringCase(String label) {
        return Optional.ofNullable(indices.get(folded(label))).map(names::get);
    }

    /** The label that somebody probably meant. */
    public Optional<String> nearest(String label) {
        return Suggestion.nearest(label, names).stream().findFirst();
    }

    @Override
    public Optional<String> meaning(String answer) {
        return AnswerText.parse(this, answer).map(AnswerText::label);
    }

    @Override
    public String complaint() {
        return "answer is not one of the labels";
    }

    @Override
    public LabelProbabilities read(String answer, JsonNode logprobs) {
        return LabelProbabilities.of(this, answer, logprobs);
    }

    private static String folded(String label) {
        return label.toLowerCase(Locale.ROOT);
    }
}
