package dev.distill.proxy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Dialect;
import java.util.List;

/** The routes that a caller may use, as its dialect lists models. */
record ModelList(List<String> routes) {
    private static final String EPOCH = "1970-01-01T00:00:00Z";

    ModelList {
        routes = List.copyOf(routes);
    }

    /** All of them. */
    String json(Dialect dialect) {
        ObjectNode list = Json.object();
        ArrayNode data = Json.array();
        routes.forEach(route -> data.add(model(dialect, route)));
        if (dialect == Dialect.ANTHROPIC_MESSAGES) {
            list.set("data", data);
            list.put("has_more", false);
            list.put("first_id", routes.isEmpty() ? null : routes.getFirst());
            list.put("last_id", routes.isEmpty() ? null : routes.getLast());
        } else {
            list.put("object", "list");
            list.set("data", data);
        }
        return Json.line(list);
    }

    /**
     * One of them.
     *
     * @throws RefusedException when it is not there
     */
    String json(Dialect dialect, String route) {
        if (!routes.contains(route)) {
            throw new RefusedException(
                    Refusals.notFound("model_not_found", "there is no route " + route));
        }
        return Json.line(model(dialect, route));
    }

    private static ObjectNode model(Dialect dialect, String route) {
        ObjectNode model = Json.object();
        model.put("id", route);
        if (dialect == Dialect.ANTHROPIC_MESSAGES) {
            model.put("type", "model");
            model.put("display_name", route);
            model.put("created_at", EPOCH);
        } else {
            model.put("object", "model");
            model.put("created", 0);
            model.put("owned_by", "distill");
        }
        return model;
    }
}
