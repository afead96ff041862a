package dev.distill.proxy.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.security.MessageDigest;

/**
 * The last step of an agent in the history that it sends: the tools that the model called last,
 * with their arguments, and what came of them; as bytes of the request, without the ids of the
 * calls. An agent that goes in circles repeats its steps although no two of its requests are equal.
 *
 * <p>The step is over, and there is none, once the model has said something after the results: what
 * a user asks then is new, whatever the model did before.
 */
final class StepScan {
    private final EnvelopeScan scan;
    private final Stretches calls = new Stretches();
    private final Stretches results = new Stretches();

    StepScan(EnvelopeScan scan) {
        this.scan = scan;
    }

    /** The value of {@code tool_calls} in a chat message. */
    void calls(JsonParser parser) throws IOException {
        if (!parser.hasToken(JsonToken.START_ARRAY)) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            call(parser);
        }
    }

    /** An object with a name and arguments, or with another one inside that has them. */
    void call(JsonParser parser) throws IOException {
        if (!parser.hasToken(JsonToken.START_OBJECT)) {
            parser.skipChildren();
            return;
        }
        Call call = new Call();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String member = parser.currentName();
            parser.nextToken();
            if (member.equals("function") || member.equals("custom")) {
                call(parser);
            } else if (!call.take(member, parser)) {
                parser.skipChildren();
            }
        }
        if (call.isNamed()) {
            called(call);
        }
    }

    void called(Call call) {
        startAfterResults();
        calls.add(call.nameStart, call.nameEnd);
        calls.add(call.argumentsStart, call.argumentsEnd);
    }

    /** What came of a call. */
    void returned(int start, int end) {
        results.add(start, end);
    }

    /** The model has said something, or called a tool. */
    void startAfterResults() {
        if (results.size() > 0) {
            calls.backTo(0);
            results.backTo(0);
        }
    }

    /** Whether the history ends in results of calls that it holds. */
    boolean present() {
        return calls.size() > 0 && results.size() > 0;
    }

    void digest(MessageDigest digest) {
        calls.digest(scan.body, digest);
        results.digest(scan.body, digest);
    }

    /** Where the value ends whose last token the parser is at. */
    int valueEnd(JsonParser parser) throws IOException {
        int start = EnvelopeScan.offset(parser);
        return switch (parser.currentToken()) {
            case VALUE_STRING -> scan.stringEnd(start);
            case END_OBJECT, END_ARRAY -> start + 1;
            default -> start + parser.getTextLength();
        };
    }

    /** A call, wherever its members stand. */
    final class Call {
        private int nameStart;
        private int nameEnd;
        private int argumentsStart;
        private int argumentsEnd;

        boolean isNamed() {
            return nameEnd > 0;
        }

        /** Takes the value of a member, and passes it, if it is one of a call. */
        boolean take(String member, JsonParser parser) throws IOException {
            int start = EnvelopeScan.offset(parser);
            switch (member) {
                case "name" -> {
                    parser.skipChildren();
                    nameStart = start;
                    nameEnd = valueEnd(parser);
                }
                case "arguments", "input", "action", "operation" -> {
                    parser.skipChildren();
                    argumentsStart = start;
                    argumentsEnd = valueEnd(parser);
                }
                default -> {
                    return false;
                }
            }
            return true;
        }
    }
}
