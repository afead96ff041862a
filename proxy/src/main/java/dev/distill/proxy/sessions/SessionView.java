package dev.distill.proxy.sessions;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * What is known about a session, or about all calls of a key together, at a moment.
 *
 * @param id {@code key:NAME} for a key
 * @param name the session's name where its client gave one
 * @param started the first request
 * @param lastUsed the last request or answer
 * @param age from the first request to the last sign of life, which is now while one is under way
 * @param requests made so far; refused ones do not count
 * @param inFlight requests under way
 * @param spentNanoUsd billionths of a US dollar
 * @param nanoUsdPerMinute over the last ten minutes
 * @param sameCall how often the most repeated call was made
 * @param acknowledged how often somebody answered a ping
 * @param reason why it was last pinged or stopped
 */
public record SessionView(
        String id,
        Owner owner,
        Optional<String> name,
        State state,
        Instant started,
        Instant lastUsed,
        Duration age,
        long requests,
        int inFlight,
        long spentNanoUsd,
        long nanoUsdPerMinute,
        int sameCall,
        int acknowledged,
        Optional<String> reason) {
    private static final int NANO_DIGITS = 9;

    /** Where a session stands on the ladder. */
    public enum State {
        /** Nothing to be said. */
        RUNNING,
        /** Somebody was asked and has not answered yet. */
        PINGED,
        /** Its calls are refused. */
        STOPPED
    }

    /** What the endpoint and the webhook say about it. */
    public ObjectNode json() {
        ObjectNode json = Json.object();
        json.put("id", id);
        json.put("key", owner.key());
        owner.user().ifPresent(user -> json.put("user", user));
        owner.team().ifPresent(team -> json.put("team", team));
        name.ifPresent(given -> json.put("name", given));
        json.put("state", state.name().toLowerCase(Locale.ROOT));
        json.put("started", started.toString());
        json.put("last_used", lastUsed.toString());
        json.put("age_seconds", age.toSeconds());
        json.put("requests", requests);
        json.put("in_flight", inFlight);
        json.put("usd", usd(spentNanoUsd));
        json.put("usd_per_minute", usd(nanoUsdPerMinute));
        json.put("same_call", sameCall);
        json.put("acknowledged", acknowledged);
        reason.ifPresent(why -> json.put("reason", why));
        return json;
    }

    static BigDecimal usd(long nanoUsd) {
        BigDecimal exact = BigDecimal.valueOf(nanoUsd, NANO_DIGITS);
        return nanoUsd == 0
                ? BigDecimal.ZERO
                : new BigDecimal(exact.stripTrailingZeros().toPlainString());
    }
}
