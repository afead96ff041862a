package dev.distill.proxy.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The pass over a request's bytes that fills an {@link Envelope}. */
final class EnvelopeScan {
    /** Names are not interned: callers choose them. Long strings are pictures and documents. */
    private static final JsonFactory FACTORY =
            new JsonFactoryBuilder()
                    .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .build())
                    .build();

    private static final String USAGE_MEMBER = "\"include_usage\":true";

    final Dialect dialect;
    final byte[] body;

    String model = "";
    int modelStart;
    int modelEnd;
    boolean stream;
    boolean includesUsage;

    /** What to replace, and with what, so that the stream ends with its usage. */
    int usageStart;

    int usageEnd;
    String usageText = "";

    long maxOutputTokens = -1;
    int choices = 1;
    @Nullable String serviceTier;
    int messages;
    long mediaBytes;
    int mediaItems;

    /** Those of the media that are pictures. */
    int pictures;

    /** Whether sound may come in or out. */
    boolean sound;

    /** What first had the model read more than the request holds, in words. */
    @Nullable String openEnded;

    final ToolScan tools = new ToolScan();

    /** What refers to earlier answers. */
    final TiesScan ties = new TiesScan();

    /** What an agent did last. */
    final StepScan step = new StepScan(this);

    /** The strings of the system prompt, where it stands outside of the messages. */
    final Stretches system = new Stretches();

    /** The strings of the messages up to the user's first one. */
    final Stretches first = new Stretches();

    EnvelopeScan(Dialect dialect, byte[] body) {
        this.dialect = dialect;
        this.body = body;
    }

    void run() {
        int start = checkStart();
        usageStart = start + 1;
        usageEnd = usageStart;
        usageText = "\"stream_options\":{" + USAGE_MEMBER + "},";
        try (JsonParser parser = FACTORY.createParser(body)) {
            parser.nextToken();
            members(parser);
            if (parser.nextToken() != null) {
                throw wrong(parser, "body", "the body goes on after its JSON object");
            }
        } catch (JsonProcessingException e) {
            throw malformed(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (modelEnd == 0) {
            throw new WireException("model", "model is missing");
        }
    }

    /** Where the object starts; a null byte near it would have the parser guess UTF-16. */
    private int checkStart() {
        int i = 0;
        if (body.length >= 3 && body[0] == (byte) 0xEF && body[1] == (byte) 0xBB) {
            i = 3;
        }
        while (i < body.length
                && (body[i] == ' ' || body[i] == '\n' || body[i] == '\r' || body[i] == '\t')) {
            i++;
        }
        if (i == body.length || body[i] != '{' || (i + 1 < body.length && body[i + 1] == 0)) {
            throw new WireException("body", "the body must be a JSON object in UTF-8");
        }
        return i;
    }

    private void members(JsonParser parser) throws IOException {
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (!seen.add(name)) {
                String brief = name.substring(0, Math.min(name.length(), 100));
                throw wrong(parser, brief, brief + " is given twice");
            }
            JsonToken value = parser.nextToken();
            if (value != JsonToken.VALUE_NULL
                    || name.equals("model")
                    || name.equals("stream_options")) {
                member(parser, name, value);
            }
        }
    }

    private void member(JsonParser parser, String name, JsonToken value) throws IOException {
        switch (name) {
            case "model" -> {
                model = text(parser, name);
                modelStart = offset(parser);
                modelEnd = stringEnd(modelStart);
            }
            case "stream" -> stream = flag(parser, name);
            case "stream_options" -> streamOptions(parser, value);
            case "max_tokens", "max_completion_tokens", "max_output_tokens" ->
                    maxOutputTokens = Math.max(maxOutputTokens, count(parser, name));
            case "n" -> choices = Math.toIntExact(Math.min(count(parser, name), Integer.MAX_VALUE));
            case "service_tier" -> serviceTier = text(parser, name);
            case "tools" -> tools.tools(parser);
            case "max_tool_calls" -> tools.mostCalls(count(parser, name));
            case "web_search_options" -> {
                tools.searchesOnce();
                parser.skipChildren();
            }
            case "mcp_servers" -> {
                if (parser.hasToken(JsonToken.START_ARRAY)) {
                    servers(parser);
                } else {
                    parser.skipChildren();
                }
            }
            case "previous_response_id", "conversation", "container" -> {
                openEnded(name);
                if (name.equals("container")) {
                    parser.skipChildren();
                } else {
                    earlier(parser, value);
                }
            }
            case "prompt" -> {
                openEnded("a stored prompt");
                tools.hidden();
                parser.skipChildren();
            }
            case "modalities" -> modalities(parser);
            case "system", "instructions" -> new ContentScan(this, parser, system).content();
            case "messages", "input" -> new ContentScan(this, parser, first).messages();
            default -> parser.skipChildren();
        }
    }

    /** Something of which the request does not say how much the model reads of it. */
    void openEnded(String what) {
        if (openEnded == null) {
            openEnded = what;
        }
    }

    private void servers(JsonParser parser) throws IOException {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            tools.servers();
            parser.skipChildren();
        }
    }

    private void modalities(JsonParser parser) throws IOException {
        if (!parser.hasToken(JsonToken.START_ARRAY)) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            sound |= parser.hasToken(JsonToken.VALUE_STRING) && parser.getText().equals("audio");
            parser.skipChildren();
        }
    }

    /**
     * The name of something that the provider keeps, or an object that has it; what is wrong with
     * anything else is for whoever answers to say.
     */
    private void earlier(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            ties.stored(parser.getText());
            return;
        }
        if (value != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean id = parser.currentName().equals("id");
            if (parser.nextToken() == JsonToken.VALUE_STRING && id) {
                ties.stored(parser.getText());
            } else {
                parser.skipChildren();
            }
        }
    }

    private void streamOptions(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            usageStart = offset(parser);
            usageEnd = usageStart + "null".length();
            usageText = "{" + USAGE_MEMBER + "}";
            return;
        }
        if (value != JsonToken.START_OBJECT) {
            throw wrong(parser, "stream_options", "stream_options must be an object");
        }
        usageStart = offset(parser) + 1;
        usageEnd = usageStart;
        usageText = USAGE_MEMBER;
        boolean found = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean usage = parser.currentName().equals("include_usage");
            if (!usage && !found) {
                usageText = USAGE_MEMBER + ",";
            }
            JsonToken option = parser.nextToken();
            if (!usage) {
                parser.skipChildren();
                continue;
            }
            if (found) {
                throw wrong(parser, "stream_options", "include_usage is given twice");
            }
            found = true;
            includesUsage = option != JsonToken.VALUE_NULL && flag(parser, "include_usage");
            usageStart = offset(parser);
            usageEnd = usageStart + parser.getText().length();
            usageText = "true";
        }
    }

    private static String text(JsonParser parser, String name) throws IOException {
        if (!parser.hasToken(JsonToken.VALUE_STRING)) {
            throw wrong(parser, name, name + " must be a string");
        }
        return parser.getText();
    }

    private static boolean flag(JsonParser parser, String name) {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw wrong(parser, name, name + " must be true or false");
        };
    }

    private static long count(JsonParser parser, String name) throws IOException {
        if (!parser.hasToken(JsonToken.VALUE_NUMBER_INT) || parser.getLongValue() < 0) {
            throw wrong(parser, name, name + " must be an integer and not negative");
        }
        return parser.getLongValue();
    }

    /** Where the current token starts. */
    static int offset(JsonParser parser) {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    /** Where the string ends that starts at a quotation mark, behind the one that ends it. */
    int stringEnd(int start) {
        int i = start + 1;
        while (i < body.length && body[i] != '"') {
            i += body[i] == '\\' ? 2 : 1;
        }
        return Math.min(i + 1, body.length);
    }

    private static WireException wrong(JsonParser parser, String param, String message) {
        return new WireException(param, message + at(parser.currentTokenLocation()));
    }

    private static WireException malformed(JsonProcessingException e) {
        String why = e.getOriginalMessage();
        if (why.contains("nesting depth")) { // of which the parser does not know the place
            return new WireException(
                    "body",
                    "the body is nested more than %d levels deep"
                            .formatted(StreamReadConstraints.DEFAULT_MAX_DEPTH));
        }
        String what = why.contains("UTF-8") ? "the body is not UTF-8" : "the body is not JSON";
        JsonLocation location = e.getLocation() == null ? JsonLocation.NA : e.getLocation();
        return new WireException("body", what + at(location));
    }

    private static String at(JsonLocation location) {
        return " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }
}
