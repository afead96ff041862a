package dev.distill.models.causal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What makes a decoder a classifier: it answers a text with one of the labels. In config.json it is
 * a member that transformers does not read: {@code "distill": {"labels": [...], "system": "..."}}.
 *
 * @param labels the possible answers, at least one
 * @param system the system message before each text; empty for none
 */
public record LabelTask(List<String> labels, String system) {
    public LabelTask {
        labels = List.copyOf(labels);
        if (labels.isEmpty()) {
            throw new IllegalArgumentException("a classifier needs at least one label");
        }
    }

    /** The task in a config.json, if there is one. */
    public static Optional<LabelTask> read(Path config) {
        var own = Members.read(config).get("distill");
        List<String> labels = new ArrayList<>();
        own.path("labels").forEach(label -> labels.add(label.asText()));
        return labels.isEmpty()
                ? Optional.empty()
                : Optional.of(new LabelTask(labels, own.path("system").asText("")));
    }

    /** The text of a config.json with the task. */
    public String addTo(String config) {
        ObjectNode json = Members.parse(config);
        ObjectNode own = json.putObject("distill");
        ArrayNode names = own.putArray("labels");
        labels.forEach(names::add);
        own.put("system", system);
        return Json.pretty(json);
    }
}
