package dev.distill.proxy.sessions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.sessions.SessionView.State;
import java.time.Instant;
import java.util.Optional;

/** A session as it is kept on disk. */
record Saved(
        String key,
        Owner owner,
        Optional<String> name,
        State state,
        Instant started,
        Instant lastUsed,
        long requests,
        long spentNanoUsd,
        int pingRaises,
        int stopRaises,
        int acknowledged,
        Instant pinged,
        Optional<String> reason) {

    ObjectNode json() {
        ObjectNode json = Json.object();
        json.put("key", key);
        json.put("owner", owner.key());
        owner.user().ifPresent(user -> json.put("user", user));
        owner.team().ifPresent(team -> json.put("team", team));
        name.ifPresent(given -> json.put("name", given));
        json.put("state", state.name());
        json.put("started", started.toString());
        json.put("last_used", lastUsed.toString());
        json.put("requests", requests);
        json.put("spent_nano_usd", spentNanoUsd);
        json.put("ping_raises", pingRaises);
        json.put("stop_raises", stopRaises);
        json.put("acknowledged", acknowledged);
        if (state == State.PINGED) {
            json.put("pinged", pinged.toString());
        }
        reason.ifPresent(why -> json.put("reason", why));
        return json;
    }

    /**
     * Reads one.
     *
     * @throws RuntimeException when it is none
     */
    static Saved of(JsonNode json) {
        return new Saved(
                json.required("key").asText(),
                new Owner(json.required("owner").asText(), text(json, "user"), text(json, "team")),
                text(json, "name"),
                State.valueOf(json.required("state").asText()),
                Instant.parse(json.required("started").asText()),
                Instant.parse(json.required("last_used").asText()),
                json.required("requests").asLong(),
                json.required("spent_nano_usd").asLong(),
                json.required("ping_raises").asInt(),
                json.required("stop_raises").asInt(),
                json.required("acknowledged").asInt(),
                text(json, "pinged").map(Instant::parse).orElse(Instant.MAX),
                text(json, "reason"));
    }

    private static Optional<String> text(JsonNode json, String member) {
        return Optional.ofNullable(json.get(member)).map(JsonNode::asText);
    }
}
