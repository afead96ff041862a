package dev.distill.proxy;

import java.util.Map;
import java.util.TreeMap;

/** What a caller gets. */
record Reply(int status, String body, Map<String, String> headers) {
    Reply {
        headers = Map.copyOf(headers);
    }

    /** A body without headers of ours. */
    static Reply of(int status, String body) {
        return new Reply(status, body, Map.of());
    }

    /** An error in the shape of the dialect. */
    static Reply of(ApiError error) {
        Reply reply = of(error.status(), error.json());
        return error.retryAfter()
                .map(
                        wait ->
                                reply.with(
                                        "retry-after",
                                        Long.toString(wait.plusMillis(999).toSeconds())))
                .orElse(reply);
    }

    /** The same with one more header; what has no place in a header becomes a question mark. */
    Reply with(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name, value.replaceAll("[^ -~]", "?"));
        return new Reply(status, body, more);
    }
}
