package dev.distill.proxy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Credential;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Tells people once that the money or quota behind a provider's key is used up: waiting does not
 * help, somebody has to top it up. It is a line of the log and an event of the runaway webhook.
 *
 * @param webhook gets the event
 */
record QuotaAlarm(Consumer<ObjectNode> webhook, InstantSource clock) {
    private static final Logger LOG = System.getLogger(QuotaAlarm.class.getName());

    /** A key has begun to rest. */
    void exhausted(Target target, Credential key, Failed failed) {
        Duration rest = target.upstream().keys().wait(Set.of());
        LOG.log(
                Level.WARNING,
                "the quota of key {0} of provider {1} is used up: {2}; it rests, and once topped up"
                        + " comes back with POST /admin/providers/{1}/revive",
                key.name(),
                target.provider(),
                failed.message());
        ObjectNode event = Json.object();
        event.put("event", "provider_quota_exhausted");
        event.put("at", clock.instant().toString());
        event.put("provider", target.provider());
        event.put("key", key.name());
        event.put("model", target.model());
        event.put("code", failed.code());
        event.put("message", failed.message());
        if (!rest.isZero()) {
            event.put("no_key_for_seconds", rest.toSeconds());
        }
        webhook.accept(event);
    }
}
