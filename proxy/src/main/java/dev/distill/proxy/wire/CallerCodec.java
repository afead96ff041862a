package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A dialect as its callers speak it: requests are read, answers and errors written. It has no state
 * and is safe for use by many threads; the writer of a stream belongs to that stream.
 */
public interface CallerCodec {
    /** The dialect. */
    Dialect dialect();

    /**
     * Reads a request, the model's name left to the caller.
     *
     * @throws WireException for whatever the neutral model has no word for
     */
    Conversation readRequest(ObjectNode request);

    /** Writes a whole answer. */
    ObjectNode writeCompletion(Completion completion);

    /**
     * A writer for one stream.
     *
     * @param includeUsage whether the caller asked for usage at the end, where that is a choice
     */
    StreamWriter streamWriter(boolean includeUsage);

    /** The HTTP status of an error, where the dialect has one of its own. */
    default int statusOf(Refusal refusal) {
        return refusal.status();
    }

    /** The body of an error. */
    ObjectNode writeError(Refusal refusal, String requestId);

    /** An error within a stream, as bytes ready to be sent; nothing may follow it. */
    byte[] writeStreamError(Refusal refusal, String requestId);

    /** Turns events into bytes ready to be sent; an event may need none, or several frames. */
    interface StreamWriter {
        byte[] write(Event event);

        /** An error, after which nothing may follow. */
        default byte[] fail(Refusal refusal, String requestId) {
            return write(new Event.Failed(refusal));
        }
    }
}
