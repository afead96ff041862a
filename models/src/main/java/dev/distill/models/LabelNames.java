package dev.distill.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A classifier's labels as a config.json has them: {@code id2label} and {@code label2id}. */
public final class LabelNames {
    private LabelNames() {}

    /**
     * The labels in the order of their numbers; none when there are none, or one is missing.
     *
     * @param problems hears when the numbers are not 0, 1, 2, ...
     */
    public static List<String> read(JsonNode config, Consumer<String> problems) {
        JsonNode byId = config.path("id2label");
        List<String> labels = new ArrayList<>();
        for (int id = 0; id < byId.size(); id++) {
            JsonNode label = byId.path(String.valueOf(id));
            if (label.isMissingNode()) {
                problems.accept(
                        "id2label has %d members, but none for %d".formatted(byId.size(), id));
                return List.of();
            }
            labels.add(label.asText());
        }
        return labels;
    }

    /**
     * The same for a config that is a classifier's.
     *
     * @param problems hears also when there are no labels
     */
    public static List<String> readClassifier(JsonNode config, Consumer<String> problems) {
        if (config.path("id2label").isEmpty()) {
            problems.accept("id2label is missing: no classifier");
        }
        return read(config, problems);
    }

    /** Writes the labels. */
    public static void write(List<String> labels, ObjectNode config) {
        ObjectNode byId = config.putObject("id2label");
        ObjectNode byLabel = config.putObject("label2id");
        for (int id = 0; id < labels.size(); id++) {
            byId.put(String.valueOf(id), labels.get(id));
            byLabel.put(labels.get(id), id);
        }
    }
}
