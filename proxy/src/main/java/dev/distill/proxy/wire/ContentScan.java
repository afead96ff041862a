package dev.distill.proxy.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * Walks through messages: notes the strings that the conversation begins with, and tells bytes of
 * media from those of text. It looks for media only where a provider would take them for media, so
 * that no text passes for a picture; what it does not know counts as text.
 */
final class ContentScan {
    private static final Set<String> MEDIA =
            Set.of(
                    "image_url",
                    "input_audio",
                    "file",
                    "input_image",
                    "input_file",
                    "image",
                    "document");
    private static final byte[] DATA_URL = "data:".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TEXT_URL = "data:text/".getBytes(StandardCharsets.UTF_8);

    private final EnvelopeScan scan;
    private final JsonParser parser;
    private final Stretches strings;

    /** Whether the part that is read holds its document as plain text, which its bytes bound. */
    private boolean textual;

    /** Whether the message that is read calls tools. */
    private boolean calls;

    /** Whether strings still belong to the conversation's beginning. */
    private boolean beginning = true;

    ContentScan(EnvelopeScan scan, JsonParser parser, Stretches strings) {
        this.scan = scan;
        this.parser = parser;
        this.strings = strings;
    }

    /** The value of {@code messages} or {@code input}. */
    void messages() throws IOException {
        if (!parser.hasToken(JsonToken.START_ARRAY)) {
            scan.messages = 1;
            content();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            scan.messages++;
            if (parser.hasToken(JsonToken.START_OBJECT)) {
                message();
            } else {
                note();
                parser.skipChildren();
            }
        }
    }

    private void message() throws IOException {
        int before = strings.size();
        String role = "";
        String type = "";
        String id = "";
        boolean sealed = false;
        int contentStart = 0;
        int contentEnd = 0;
        StepScan.Call call = scan.step.new Call();
        calls = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "role" -> role = word();
                case "type" -> { // of an item, in the Responses API
                    type = word();
                    if (type.equals("item_reference")) {
                        scan.openEnded("an item_reference");
                    }
                }
                case "audio" -> { // of an answer that the model gave before
                    if (!parser.hasToken(JsonToken.VALUE_NULL)) {
                        scan.openEnded("the audio of an earlier answer");
                        scan.sound = true;
                    }
                    parser.skipChildren();
                }
                case "content", "output" -> {
                    contentStart = EnvelopeScan.offset(parser);
                    content();
                    contentEnd = scan.step.valueEnd(parser);
                }
                case "tool_calls", "function_call" -> {
                    calls = true;
                    if (parser.hasToken(JsonToken.START_ARRAY)) {
                        scan.step.calls(parser);
                    } else {
                        scan.step.call(parser);
                    }
                }
                case "id" -> id = word();
                case "encrypted_content" -> {
                    sealed = parser.hasToken(JsonToken.VALUE_STRING);
                    parser.skipChildren();
                }
                default -> {
                    if (!call.take(name, parser)) {
                        parser.skipChildren();
                    }
                }
            }
        }
        if (type.endsWith("_call")) { // an item of the Responses API
            scan.step.called(call);
        } else if (type.endsWith("_call_output")
                || role.equals("tool")
                || role.equals("function")) {
            scan.step.returned(contentStart, contentEnd);
        } else if (role.equals("assistant") && !calls) {
            scan.step.startAfterResults();
        }
        if (sealed || !id.isEmpty()) {
            scan.ties.item(type, id, sealed);
        }
        switch (role) {
            case "user" -> beginning = false;
            case "system", "developer" -> {}
            default -> {
                if (beginning) {
                    strings.backTo(before);
                }
            }
        }
    }

    /** A string, or an array of parts. */
    void content() throws IOException {
        if (!parser.hasToken(JsonToken.START_ARRAY)) {
            note();
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.hasToken(JsonToken.START_OBJECT)) {
                part();
            } else {
                note();
                parser.skipChildren();
            }
        }
    }

    private void part() throws IOException {
        String type = "";
        textual = false;
        int contentStart = 0;
        int contentEnd = 0;
        StepScan.Call call = scan.step.new Call();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "type" -> type = word();
                case "file_id" -> uploaded();
                case "text" -> note();
                case "image_url", "file_data" -> url("url");
                case "file" -> url("file_data");
                case "input_audio" -> audio();
                case "source" -> source();
                case "content" -> {
                    contentStart = EnvelopeScan.offset(parser);
                    content();
                    contentEnd = scan.step.valueEnd(parser);
                }
                default -> {
                    if (!call.take(name, parser)) {
                        parser.skipChildren();
                    }
                }
            }
        }
        switch (type) {
            case "tool_use" -> {
                calls = true;
                scan.step.called(call);
            }
            case "tool_result" -> scan.step.returned(contentStart, contentEnd);
            default -> {
                // no part of a step
            }
        }
        media(type);
    }

    private void media(String type) {
        scan.mediaItems += MEDIA.contains(type) ? 1 : 0;
        switch (type) {
            case "image_url", "input_image", "image" -> scan.pictures++;
            case "input_audio" -> scan.sound = true;
            case "file", "input_file", "document" -> {
                if (!textual) {
                    scan.openEnded("a document");
                }
            }
            case "container_upload" -> scan.openEnded("a file in a container");
            case "thinking", "redacted_thinking" -> scan.ties.thought();
            default -> {
                // text, or tokens that its bytes bound
            }
        }
    }

    /** A URL, or an object that has it under a name. */
    private void url(String inside) throws IOException {
        if (parser.hasToken(JsonToken.START_OBJECT)) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals(inside)) {
                    dataUrl();
                } else if (name.equals("file_id")) {
                    uploaded();
                } else {
                    parser.skipChildren();
                }
            }
        } else {
            dataUrl();
        }
    }

    private void dataUrl() throws IOException {
        if (parser.hasToken(JsonToken.VALUE_STRING)) {
            int start = note();
            textual |= startsWith(TEXT_URL, start + 1);
            if (startsWith(DATA_URL, start + 1) && !startsWith(TEXT_URL, start + 1)) {
                media(start);
            }
        } else {
            parser.skipChildren();
        }
    }

    private void audio() throws IOException {
        if (!parser.hasToken(JsonToken.START_OBJECT)) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean data = parser.currentName().equals("data");
            if (parser.nextToken() == JsonToken.VALUE_STRING && data) {
                media(note());
            } else {
                parser.skipChildren();
            }
        }
    }

    /** Anthropic's source of an image or a document; one of type {@code text} is text. */
    private void source() throws IOException {
        if (!parser.hasToken(JsonToken.START_OBJECT)) {
            parser.skipChildren();
            return;
        }
        String type = "";
        String mediaType = "";
        int data = -1;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "type" -> type = word();
                case "media_type" -> mediaType = word();
                case "data" -> data = note();
                case "file_id" -> uploaded();
                default -> parser.skipChildren();
            }
        }
        textual |= type.equals("text") || (type.equals("base64") && mediaType.startsWith("text/"));
        if (data >= 0 && type.equals("base64") && !mediaType.startsWith("text/")) {
            media(data);
        }
    }

    /** The name of a file that the provider has already. */
    private void uploaded() throws IOException {
        String id = word();
        if (!id.isEmpty()) {
            scan.ties.stored(id);
        }
    }

    private String word() throws IOException {
        if (parser.hasToken(JsonToken.VALUE_STRING)) {
            return parser.getText();
        }
        parser.skipChildren();
        return "";
    }

    /** Where the string starts, noted if the conversation still begins; -1 if it is none. */
    private int note() throws IOException {
        if (!parser.hasToken(JsonToken.VALUE_STRING)) {
            parser.skipChildren();
            return -1;
        }
        int start = EnvelopeScan.offset(parser);
        if (beginning) {
            strings.add(start, scan.stringEnd(start));
        }
        return start;
    }

    private void media(int start) {
        scan.mediaBytes += scan.stringEnd(start) - start;
    }

    private boolean startsWith(byte[] word, int at) {
        return at + word.length <= scan.body.length
                && Arrays.equals(scan.body, at, at + word.length, word, 0, word.length);
    }
}
