package dev.distill.proxy.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Frames for tests, and what readers and writers make of them. */
final class TestFrames {
    private TestFrames() {}

    /** A frame that has its kind in the data alone. */
    static SseFrame data(String data) {
        return named("", data);
    }

    static SseFrame named(String event, String data) {
        return new SseFrame(event, data, data.getBytes(StandardCharsets.UTF_8));
    }

    /** Frames of text that is known to be well-formed. */
    static List<SseFrame> parse(String text) {
        List<SseFrame> frames = new ArrayList<>();
        for (String block : text.strip().split("\n\n", -1)) {
            String event = "";
            String data = "";
            for (String line : block.split("\n", -1)) {
                if (line.startsWith("event: ")) {
                    event = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data = line.substring(6);
                }
            }
            frames.add(named(event, data));
        }
        return frames;
    }

    /** Everything a reader makes of a whole stream. */
    static List<Event> read(ProviderCodec.StreamReader reader, List<SseFrame> frames) {
        List<Event> events = new ArrayList<>();
        frames.forEach(frame -> events.addAll(reader.read(frame)));
        events.addAll(reader.end());
        return events;
    }

    /** Everything a writer makes of events. */
    static String write(CallerCodec.StreamWriter writer, List<Event> events) {
        StringBuilder text = new StringBuilder();
        for (Event event : events) {
            text.append(new String(writer.write(event), StandardCharsets.UTF_8));
        }
        return text.toString();
    }
}
