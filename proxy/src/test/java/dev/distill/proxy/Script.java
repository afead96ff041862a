package dev.distill.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.distill.files.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a {@link ScriptedUpstream} does with one request, step by step. Scripts are values; the
 * methods that bend a stream count its events from 0.
 */
record Script(List<Step> steps) {
    Script {
        steps = List.copyOf(steps);
    }

    /** One thing that a provider does on a connection. */
    sealed interface Step {
        /** Writes bytes that are not an event: the head, a whole body. */
        @SuppressWarnings("ArrayRecordComponent") // nobody changes it
        record Write(byte[] bytes) implements Step {}

        /** Writes one chunk of a chunked body: an event. */
        @SuppressWarnings("ArrayRecordComponent") // nobody changes it
        record Event(byte[] bytes) implements Step {}

        /** Ends a chunked body properly. */
        record LastChunk() implements Step {}

        /** Does nothing for a while, unless the caller goes away. */
        record Pause(Duration duration) implements Step {}

        /** Does nothing until the caller goes away or the test is over. */
        record Silence() implements Step {}

        /** Closes the connection with an RST. */
        record Reset() implements Step {}

        /** Closes the connection with a FIN. */
        record Close() implements Step {}
    }

    /** A whole JSON answer. */
    static Script json(int status, JsonNode body, String... headers) {
        return answer(status, "application/json", Json.line(body), headers);
    }

    /** A whole answer. */
    static Script answer(int status, String type, String body, String... headers) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        List<Step> steps = new ArrayList<>();
        steps.add(head(status, type, "content-length: " + bytes.length, headers));
        steps.add(new Step.Write(bytes));
        return new Script(steps);
    }

    /** Promises more bytes than it sends, then closes. */
    static Script shorterThanPromised(String body, int missing) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return new Script(
                List.of(
                        head(
                                200,
                                "application/json",
                                "content-length: " + (bytes.length + missing)),
                        new Step.Write(bytes),
                        new Step.Close()));
    }

    /** Server-sent events, chunk by chunk, each text one whole event with its blank line. */
    static Script sse(List<String> events, String... headers) {
        return stream(
                "text/event-stream",
                events.stream().map(event -> event.getBytes(StandardCharsets.UTF_8)).toList(),
                headers);
    }

    /** Events of any stream format. */
    static Script stream(String type, List<byte[]> events, String... headers) {
        List<Step> steps = new ArrayList<>();
        steps.add(head(200, type, "transfer-encoding: chunked", headers));
        events.forEach(event -> steps.add(new Step.Event(event)));
        steps.add(new Step.LastChunk());
        return new Script(steps);
    }

    /** Closes the connection with an RST before a byte of an answer. */
    static Script reset() {
        return new Script(List.of(new Step.Reset()));
    }

    /** Takes the request and never answers. */
    static Script silent() {
        return new Script(List.of(new Step.Silence()));
    }

    /** Does nothing for a while first: slow headers. */
    Script after(Duration duration) {
        List<Step> all = new ArrayList<>(steps);
        all.addFirst(new Step.Pause(duration));
        return new Script(all);
    }

    /** Does nothing for a while before each event. */
    Script pacedBy(Duration duration) {
        List<Step> all = new ArrayList<>();
        for (Step step : steps) {
            if (step instanceof Step.Event) {
                all.add(new Step.Pause(duration));
            }
            all.add(step);
        }
        return new Script(all);
    }

    /** The first events, then the proper end of the body, as if that were all. */
    Script cutAfter(int events) {
        return endingAfter(events, new Step.LastChunk());
    }

    /** The first events, then a FIN in the middle of the body. */
    Script closedAfter(int events) {
        return endingAfter(events, new Step.Close());
    }

    /** The first events, then an RST. */
    Script resetAfter(int events) {
        return endingAfter(events, new Step.Reset());
    }

    /** The first events, then nothing more on an open connection. */
    Script silentAfter(int events) {
        return endingAfter(events, new Step.Silence());
    }

    /** The first events, then another one and nothing else of what was to come. */
    Script brokenAt(int events, String event) {
        Script cut = cutAfter(events);
        List<Step> all = new ArrayList<>(cut.steps());
        all.add(all.size() - 1, new Step.Event(event.getBytes(StandardCharsets.UTF_8)));
        return new Script(all);
    }

    /** How many events there are. */
    int events() {
        return (int) steps.stream().filter(Step.Event.class::isInstance).count();
    }

    private Script endingAfter(int events, Step end) {
        List<Step> all = new ArrayList<>();
        int seen = 0;
        for (Step step : steps) {
            if (step instanceof Step.Event && seen++ == events) {
                break;
            }
            if (!(step instanceof Step.LastChunk)) {
                all.add(step);
            }
        }
        all.add(end);
        return new Script(all);
    }

    private static Step.Write head(int status, String type, String framing, String... headers) {
        StringBuilder head = new StringBuilder();
        head.append("HTTP/1.1 ").append(status).append(" X\r\n");
        head.append("content-type: ").append(type).append("\r\n");
        head.append(framing).append("\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        return new Step.Write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
    }

    /** A chunk of a chunked body. */
    static byte[] chunk(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(
                (Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.UTF_8));
        out.writeBytes(bytes);
        out.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    /** A frame of server-sent events without a name. */
    static String data(JsonNode data) {
        return "data: " + Json.line(data) + "\n\n";
    }

    /** A frame of server-sent events with a name. */
    static String event(String name, JsonNode data) {
        return "event: " + name + "\n" + data(data);
    }

    /**
     * JSON from a template with single quotes.
     *
     * @param values of its {@code %s}: texts become JSON strings, all else is taken as it is
     */
    static JsonNode js(String template, Object... values) {
        Object[] written =
                Stream.of(values)
                        .map(
                                value ->
                                        value instanceof String text
                                                ? Json.line(TextNode.valueOf(text))
                                                : value)
                        .toArray();
        try {
            return Json.parse(template.replace('\'', '"').formatted(written));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(template, e);
        }
    }
}
