package dev.distill.proxy.wire;

import dev.distill.proxy.wire.Refusal.Kind;

/** What can be said of an error whose body says nothing, such as that of a proxy on the way. */
final class ErrorText {
    private static final int LONGEST = 500;

    private ErrorText() {}

    /** The beginning of the body, or the status when there is none. */
    static String of(int status, String body) {
        String text = body.strip();
        if (text.isEmpty()) {
            return "status " + status;
        }
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    /** What the status alone tells. */
    static Kind kind(int status) {
        return switch (status) {
            case 401, 403 -> Kind.CREDENTIALS;
            case 402 -> Kind.QUOTA_EXHAUSTED;
            case 404, 410 -> Kind.MODEL_GONE;
            case 408, 409, 425 -> Kind.TRANSIENT;
            case 413 -> Kind.CONTEXT_LENGTH;
            case 429 -> Kind.RATE_LIMITED;
            case 503, 529 -> Kind.OVERLOADED;
            default -> status >= 400 && status < 500 ? Kind.CALLER_FAULT : Kind.TRANSIENT;
        };
    }
}
