package dev.distill.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Recorded streams, and what becomes of them. */
final class Transcripts {
    private Transcripts() {}

    /** A file below {@code wire/}. */
    static String file(String name) throws IOException {
        try (InputStream in = Transcripts.class.getResourceAsStream("/wire/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("no transcript " + name);
            }
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    /** The events of a stream, with whatever its end adds. */
    static List<Event> read(ProviderCodec codec, byte[] stream) {
        ProviderCodec.StreamReader reader = codec.streamReader();
        List<Event> events = new ArrayList<>();
        SseParserTest.parse(stream, 100).forEach(frame -> events.addAll(reader.read(frame)));
        events.addAll(reader.end());
        return events;
    }

    static byte[] write(CallerCodec.StreamWriter writer, List<Event> events) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        events.forEach(event -> bytes.writeBytes(writer.write(event)));
        return bytes.toByteArray();
    }

    /** An event on each line. */
    static String lines(List<Event> events) {
        return events.stream().map(Event::toString).collect(Collectors.joining("\n", "", "\n"));
    }
}
