package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.proxy.wire.Conversation.Format;

/** The schema of an answer, for dialects in which a format has no words of its own. */
final class FormatSchema {
    private FormatSchema() {}

    /** The schema, with what the caller says about it inside. */
    static ObjectNode of(Format.JsonSchema format) {
        ObjectNode schema = format.schema().deepCopy();
        format.description()
                .filter(_ -> !schema.has("description"))
                .ifPresent(description -> schema.put("description", description));
        return schema;
    }
}
