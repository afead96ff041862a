package dev.distill.proxy;

import java.util.Map;

/**
 * Where an answer goes: either {@link #whole}, or {@link #begin} followed by {@link #write}s and
 * then {@link #end} or {@link #breakOff}.
 */
interface Outlet {
    /** Headers of whatever is sent, unless something has been sent already. */
    void note(Map<String, String> headers);

    /** Sends a whole answer. */
    void whole(int status, byte[] body, Map<String, String> headers) throws ClientGoneException;

    /** Sends the head of a stream. */
    void begin(Map<String, String> headers) throws ClientGoneException;

    /** Sends more of the stream at once. */
    void write(byte[] bytes) throws ClientGoneException;

    /** Ends the stream as a complete one. */
    void end() throws ClientGoneException;

    /**
     * Ends the stream so that nobody can take it for a complete one: the connection breaks.
     *
     * @param last an error in the caller's dialect
     */
    void breakOff(byte[] last);

    /** Whether the caller has kept us waiting for so long that nobody should wait any more. */
    boolean isStuck();

    /** Sends something that means nothing, if the stream has been silent for long. */
    void signOfLife() throws ClientGoneException;

    /** Whether a caller who waits for a whole answer should be asked if they are still there. */
    boolean seemsGone(TcpTable connections);

    /** Says something that means nothing, unless an answer has begun. */
    void callOut() throws ClientGoneException;

    /** Whether something has been sent, so that a status can no longer be chosen. */
    boolean hasBegun();
}
