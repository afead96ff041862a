package dev.distill.models.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.models.chat.jinja.Template;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as the values of a template, as Python's {@code json.loads} reads it. */
final class JsonValues {
    private JsonValues() {}

    static Object of(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                node.forEach(item -> items.add(of(item)));
                yield items;
            }
            case OBJECT -> {
                Map<Object, Object> members = new LinkedHashMap<>();
                node.properties().forEach(e -> members.put(e.getKey(), of(e.getValue())));
                yield members;
            }
            case STRING -> node.textValue();
            case BOOLEAN -> node.booleanValue();
            case NUMBER ->
                    node.isIntegralNumber() ? node.bigIntegerValue() : (Object) node.doubleValue();
            case NULL, MISSING -> Template.NONE;
            case BINARY, POJO -> throw new IllegalArgumentException("not JSON: " + node);
        };
    }
}
