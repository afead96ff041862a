/**
 * The runaway breaker. {@link dev.distill.proxy.sessions.Sessions} recognises the calls of one
 * conversation or agent without any help from its client, measures what they cost, how fast, for
 * how long and how repetitive they are, and climbs a ladder: somebody is pinged through a {@link
 * dev.distill.proxy.sessions.Webhook}, and acknowledges, or the session is stopped together with
 * its streams in flight.
 *
 * <p>{@code Session} holds the measures of one, with {@code Pace} for its rate and {@code
 * Repetition} for its loops; {@code Ladder} says which rung they reach, {@code KeyLadder} which
 * rungs there are for all sessions of a key together; {@code LadderFile} keeps them over a restart,
 * see docs/decisions/0013-sessions-in-a-file-of-their-own.md. {@link
 * dev.distill.proxy.sessions.SessionView} is what people see.
 */
@NullMarked
package dev.distill.proxy.sessions;

import org.jspecify.annotations.NullMarked;
