package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * One dialect, read and written. Codecs have no state and are safe for use by many threads; the
 * readers and writers of a stream belong to that stream.
 */
public interface Codec {
    /** The dialect. */
    Dialect dialect();

    /**
     * Reads a request, the model's name left to the caller.
     *
     * @throws WireException for whatever the neutral model has no word for
     */
    Conversation readRequest(ObjectNode request);

    /**
     * Writes a request.
     *
     * @param model the provider's name of the model, for dialects that have it in the body
     * @throws WireException for whatever this dialect has no word for
     */
    ObjectNode writeRequest(Conversation conversation, String model);

    /**
     * Reads a whole answer.
     *
     * @throws WireException when it is not one
     */
    Completion readCompletion(JsonNode answer);

    /** Writes a whole answer. */
    ObjectNode writeCompletion(Completion completion);

    /** A reader for one stream. */
    StreamReader streamReader();

    /**
     * A writer for one stream.
     *
     * @param includeUsage whether the caller asked for usage at the end, where that is a choice
     */
    StreamWriter streamWriter(boolean includeUsage);

    /**
     * Reads an error.
     *
     * @param headers by lower-case name
     * @param body whatever came, JSON or not
     */
    Refusal readError(int status, Map<String, String> headers, String body);

    /** The body of an error. */
    ObjectNode writeError(Refusal refusal, String requestId);

    /** An error within a stream, as bytes ready to be sent; nothing may follow it. */
    byte[] writeStreamError(Refusal refusal, String requestId);

    /** Turns frames into events. */
    interface StreamReader {
        /**
         * Reads a frame.
         *
         * @throws WireException when it makes no sense here
         */
        List<Event> read(SseFrame frame);

        /** The connection has ended; an {@link Event.Ended} if the answer was complete by then. */
        List<Event> end();
    }

    /** Turns events into bytes ready to be sent; an event may need none, or several frames. */
    interface StreamWriter {
        byte[] write(Event event);
    }
}
