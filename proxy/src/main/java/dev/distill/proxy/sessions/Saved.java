package dev.distill.proxy.sessions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.sessions.SessionView.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A session as it is kept on disk.
 *
 * @param pace of {@link Pace#saved}; empty where nothing was spent
 * @param sameCall how often the most repeated call was made
 * @param sameCalls of {@link Repetition#counts}
 */
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
        Optional<String> reason,
        List<Long> pace,
        int sameCall,
        Map<Long, Integer> sameCalls) {
    /** What was asked about or stopped, then what has cost most. */
    static final Comparator<Saved> DEAREST_FIRST =
            Comparator.comparing((Saved s) -> s.state() == State.RUNNING && s.raises() == 0)
                    .thenComparing(Comparator.comparingLong(Saved::spentNanoUsd).reversed());

    Saved {
        pace = List.copyOf(pace);
        sameCalls = Map.copyOf(sameCalls);
    }

    private int raises() {
        return pingRaises + stopRaises;
    }

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
        if (!pace.isEmpty()) {
            pace.forEach(json.putArray("pace")::add);
        }
        if (sameCall > 1) {
            json.put("same_call", sameCall);
            ObjectNode counts = json.putObject("same_calls");
            sameCalls.forEach((call, count) -> counts.put(Long.toHexString(call), count));
        }
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
                text(json, "reason"),
                pace(json.path("pace")),
                json.path("same_call").asInt(),
                sameCalls(json.path("same_calls")));
    }

    private static List<Long> pace(JsonNode slots) {
        List<Long> pace = new ArrayList<>();
        slots.forEach(slot -> pace.add(slot.asLong()));
        if (!pace.isEmpty() && pace.size() != Pace.MINUTES + 1) {
            throw new IllegalArgumentException("pace must have " + (Pace.MINUTES + 1) + " numbers");
        }
        return pace;
    }

    private static Map<Long, Integer> sameCalls(JsonNode json) {
        Map<Long, Integer> counts = new HashMap<>();
        json.properties()
                .forEach(
                        entry ->
                                counts.put(
                                        Long.parseUnsignedLong(entry.getKey(), 16),
                                        entry.getValue().asInt()));
        return counts;
    }

    private static Optional<String> text(JsonNode json, String member) {
        return Optional.ofNullable(json.get(member)).map(JsonNode::asText);
    }
}
