package dev.distill.proxy;

import dev.distill.config.ProxyConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The keys of a proxy file that a running server cannot change. */
final class StartKeys {
    private StartKeys() {}

    /** Those that are not as they were when it started; the rest of the file is in force. */
    static List<String> changed(ProxyConfig started, ProxyConfig now) {
        Map<String, Object> before = values(started);
        Map<String, Object> after = values(now);
        return before.keySet().stream()
                .filter(key -> !Objects.equals(before.get(key), after.get(key)))
                .toList();
    }

    private static Map<String, Object> values(ProxyConfig config) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("listen", config.listen());
        values.put("tls", config.tls().isPresent()); // other files are taken over
        values.put("ledger", config.ledger());
        values.put("recording", config.recording());
        values.put("capacity", config.capacity());
        values.put("telemetry", config.telemetry());
        return values;
    }
}
