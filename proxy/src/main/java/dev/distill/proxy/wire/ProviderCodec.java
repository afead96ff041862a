package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * A dialect as its providers speak it: requests are written, answers and errors read. It has no
 * state and is safe for use by many threads; the reader of a stream belongs to that stream.
 */
public interface ProviderCodec {
    /** The dialect. */
    Dialect dialect();

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
     * @throws WireException when it is not one; with a {@link WireException#refusal} when it is a
     *     refusal that the provider sent as if it were an answer
     */
    Completion readCompletion(JsonNode answer);

    /** What cuts one stream into frames. */
    default FrameParser frames() {
        return new SseParser();
    }

    /** A reader for one stream. */
    StreamReader streamReader();

    /**
     * Reads an error.
     *
     * @param headers by lower-case name
     * @param body whatever came, JSON or not
     */
    Refusal readError(int status, Map<String, String> headers, String body);

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
}
