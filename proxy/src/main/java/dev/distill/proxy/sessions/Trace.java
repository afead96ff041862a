package dev.distill.proxy.sessions;

/**
 * What is known of a request that makes it part of a session, and of a loop; fingerprints.
 *
 * @param beginning of the conversation: its system prompt and first user message
 * @param call of what makes two calls the same
 * @param step whether that is a step of an agent: tools that it called, and what they said
 */
public record Trace(long beginning, long call, boolean step) {}
