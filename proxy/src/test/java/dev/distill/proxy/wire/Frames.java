package dev.distill.proxy.wire;

import java.util.ArrayList;
import java.util.List;

/** The frames that some bytes complete. */
final class Frames {
    private Frames() {}

    static List<SseFrame> of(FrameParser parser, byte[] bytes, int offset, int length) {
        List<SseFrame> frames = new ArrayList<>();
        parser.feed(bytes, offset, length, frames::add);
        return frames;
    }
}
