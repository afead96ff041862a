package dev.distill.proxy.money;

import java.time.Duration;

/**
 * How a limit per minute stands, for the headers {@code x-ratelimit-*}.
 *
 * @param limit the most in a minute
 * @param remaining what is left at this moment
 * @param reset until when all of it is there again
 */
public record Quota(long limit, long remaining, Duration reset) {}
