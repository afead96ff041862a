package dev.distill.proxy.wire;

/**
 * One server-sent event.
 *
 * @param event its {@code event} field, empty when it has none
 * @param data its {@code data} lines joined by line feeds
 * @param raw the bytes it came in, its blank line included; what lay between two events, such as
 *     comments, belongs to the later one
 */
@SuppressWarnings("ArrayRecordComponent") // nobody changes it; a copy would cost at every token
public record SseFrame(String event, String data, byte[] raw) {}
