package dev.distill.proxy;

import static dev.distill.proxy.Script.data;
import static dev.distill.proxy.Script.js;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.ScriptedUpstream.Received;
import java.util.ArrayList;
import java.util.List;

/** How providers say things in Google's Gemini API. */
final class GeminiSpeech implements Speech.Voice {
    @Override
    public JsonNode whole(Say say) {
        ArrayNode parts = Json.array();
        if (!say.thoughts().isEmpty()) {
            parts.add(js("{'text':%s,'thought':true}", String.join("", say.thoughts())));
        }
        if (!say.tokens().isEmpty()) {
            parts.add(js("{'text':%s}", say.whole()));
        }
        call(say, parts);
        return chunk(say, parts, js("'STOP'"), say.usesSaid());
    }

    @Override
    public Script streamed(Say say, Received request) {
        List<String> events = new ArrayList<>();
        for (String piece : say.thoughts()) {
            events.add(part(say, js("{'text':%s,'thought':true}", piece)));
        }
        for (String token : say.tokens()) {
            events.add(part(say, js("{'text':%s}", token)));
        }
        ArrayNode last = Json.array();
        call(say, last);
        if (last.isEmpty()) {
            last.add(js("{'text':''}"));
        }
        events.add(data(chunk(say, last, js("'STOP'"), say.usesSaid())));
        return Script.sse(events);
    }

    private void call(Say say, ArrayNode parts) {
        say.call()
                .ifPresent(
                        call ->
                                parts.add(
                                        js(
                                                "{'functionCall':{'name':%s,'args':%s}}",
                                                call.name(), call.input())));
    }

    private String part(Say say, JsonNode part) {
        return data(chunk(say, js("[%s]", part), js("null"), false));
    }

    private JsonNode chunk(Say say, JsonNode parts, JsonNode finish, boolean usage) {
        ObjectNode candidate =
                (ObjectNode) js("{'content':{'role':'model','parts':%s},'index':0}", parts);
        if (!finish.isNull()) {
            candidate.set("finishReason", finish);
        }
        ObjectNode chunk =
                (ObjectNode)
                        js(
                                "{'candidates':[%s],'modelVersion':%s,'responseId':'resp1'}",
                                candidate, say.model());
        if (usage) {
            chunk.set("usageMetadata", usage(say));
        }
        return chunk;
    }

    @Override
    public JsonNode usage(Say say) {
        return say.usage()
                .orElse(
                        js(
                                "{'promptTokenCount':10,'candidatesTokenCount':5,'totalTokenCount':15}"));
    }

    @Override
    public JsonNode error(int status, String type, String code, String message) {
        return js("{'error':{'code':%s,'message':%s,'status':%s}}", status, message, type);
    }
}
