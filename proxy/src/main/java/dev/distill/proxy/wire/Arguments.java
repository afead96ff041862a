package dev.distill.proxy.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;

/** The arguments of a call, for dialects that have them as an object rather than as its text. */
final class Arguments {
    private Arguments() {}

    /** The arguments as an object. */
    static ObjectNode of(Part.ToolCall call, String path) {
        try {
            if (call.arguments().isBlank()) {
                return Json.object();
            }
            if (Json.parse(call.arguments()) instanceof ObjectNode arguments) {
                return arguments;
            }
        } catch (JsonProcessingException _) {
            throw new WireException(path, "the arguments of call " + call.id() + " are not JSON");
        }
        throw new WireException(path, "the arguments of call " + call.id() + " are not an object");
    }
}
