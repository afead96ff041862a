package dev.distill.proxy.wire;

/** Why an answer ended. */
public enum StopReason {
    /** It was complete. */
    END,
    /** One of the caller's stop sequences came up. */
    STOP_SEQUENCE,
    /** It reached its token limit. */
    LENGTH,
    /** The model waits for the results of the functions it called. */
    TOOL_CALLS,
    /** The provider's filter cut it off. */
    FILTERED,
    /** The model would not answer. */
    REFUSED,
    /** The provider paused a long turn; the caller sends it back to go on. */
    PAUSED,
    /** For a reason that has no meaning here: nobody can say whether it is complete. */
    UNKNOWN
}
