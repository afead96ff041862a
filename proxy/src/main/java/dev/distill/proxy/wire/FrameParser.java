package dev.distill.proxy.wire;

import java.util.Optional;
import java.util.function.Consumer;

/** Cuts the bytes of one stream into its frames, wherever the pieces end. */
public interface FrameParser {
    /**
     * Takes some bytes and gives the frames that they complete.
     *
     * @throws WireException when they make no frame
     */
    void feed(byte[] bytes, int offset, int length, Consumer<SseFrame> frames);

    /** The connection has ended: what came after the last complete frame, if that is one. */
    Optional<SseFrame> end();
}
