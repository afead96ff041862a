package dev.distill.proxy.wire;

/** How long a provider keeps what the caller asks it to cache. */
public enum CacheLifetime {
    /** Five minutes after the last use. */
    MINUTES,
    /** An hour after the last use. */
    HOUR
}
