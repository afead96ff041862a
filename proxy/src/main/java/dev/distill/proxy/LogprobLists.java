package dev.distill.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Log-probabilities that came in pieces, in the shape of OpenAI chat completions. */
final class LogprobLists {
    private LogprobLists() {}

    /** All pieces in one: the lists of each member one after the other. */
    static Optional<ObjectNode> joined(List<ObjectNode> pieces) {
        if (pieces.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode all = Json.object();
        for (ObjectNode piece : pieces) {
            for (Map.Entry<String, JsonNode> member : piece.properties()) {
                if (member.getValue() instanceof ArrayNode list) {
                    all.withArrayProperty(member.getKey()).addAll(list);
                }
            }
        }
        return Optional.of(all);
    }
}
