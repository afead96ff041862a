package dev.distill.proxy;

import static dev.distill.proxy.Script.event;
import static dev.distill.proxy.Script.js;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.ScriptedUpstream.Received;
import java.util.ArrayList;
import java.util.List;

/** How providers say things in Anthropic's Messages API. */
final class AnthropicSpeech implements Speech.Voice {
    @Override
    public JsonNode whole(Say say) {
        ArrayNode content = Json.array();
        if (!say.thoughts().isEmpty()) {
            content.add(
                    js(
                            "{'type':'thinking','thinking':%s,'signature':'c2lnbmVk'}",
                            String.join("", say.thoughts())));
        }
        if (!say.tokens().isEmpty()) {
            content.add(js("{'type':'text','text':%s}", say.whole()));
        }
        say.call()
                .ifPresent(
                        call ->
                                content.add(
                                        js(
                                                "{'type':'tool_use','id':%s,'name':%s,'input':%s}",
                                                call.id(), call.name(), call.input())));
        ObjectNode message =
                (ObjectNode)
                        js(
                                "{'id':'msg_1','type':'message','role':'assistant','model':%s,'content':%s,'stop_reason':%s,'stop_sequence':null}",
                                say.model(), content, stop(say));
        if (say.usesSaid()) {
            message.set("usage", usage(say));
        }
        return message;
    }

    @Override
    public Script streamed(Say say, Received request) {
        List<String> events = new ArrayList<>();
        ObjectNode start =
                (ObjectNode)
                        js(
                                "{'id':'msg_1','type':'message','role':'assistant','model':%s,'content':[],'stop_reason':null,'stop_sequence':null}",
                                say.model());
        if (say.usesSaid()) {
            start.set("usage", ((ObjectNode) usage(say).deepCopy()).put("output_tokens", 1));
        }
        typed(events, "message_start", js("{'message':%s}", start));
        typed(events, "ping", js("{}"));
        int index = 0;
        if (!say.thoughts().isEmpty()) {
            begin(events, index, js("{'type':'thinking','thinking':'','signature':''}"));
            for (String piece : say.thoughts()) {
                delta(events, index, js("{'type':'thinking_delta','thinking':%s}", piece));
            }
            delta(events, index, js("{'type':'signature_delta','signature':'c2lnbmVk'}"));
            typed(events, "content_block_stop", js("{'index':%s}", index++));
        }
        if (!say.tokens().isEmpty()) {
            begin(events, index, js("{'type':'text','text':''}"));
            for (String token : say.tokens()) {
                delta(events, index, js("{'type':'text_delta','text':%s}", token));
            }
            typed(events, "content_block_stop", js("{'index':%s}", index++));
        }
        if (say.call().isPresent()) {
            Say.Call call = say.call().get();
            begin(
                    events,
                    index,
                    js("{'type':'tool_use','id':%s,'name':%s,'input':{}}", call.id(), call.name()));
            for (String piece : call.arguments()) {
                delta(events, index, js("{'type':'input_json_delta','partial_json':%s}", piece));
            }
            typed(events, "content_block_stop", js("{'index':%s}", index));
        }
        ObjectNode end =
                (ObjectNode) js("{'delta':{'stop_reason':%s,'stop_sequence':null}}", stop(say));
        if (say.usesSaid()) { // what was said at the start is not said again
            ObjectNode made = (ObjectNode) usage(say).deepCopy();
            end.set("usage", made.retain("output_tokens", "server_tool_use"));
        }
        typed(events, "message_delta", end);
        typed(events, "message_stop", js("{}"));
        return Script.sse(events);
    }

    private String stop(Say say) {
        return say.call().isPresent() ? "tool_use" : "end_turn";
    }

    private void begin(List<String> events, int index, JsonNode block) {
        typed(events, "content_block_start", js("{'index':%s,'content_block':%s}", index, block));
    }

    private void delta(List<String> events, int index, JsonNode delta) {
        typed(events, "content_block_delta", js("{'index':%s,'delta':%s}", index, delta));
    }

    private void typed(List<String> events, String type, JsonNode members) {
        ObjectNode event = Json.object().put("type", type);
        event.setAll((ObjectNode) members);
        events.add(event(type, event));
    }

    @Override
    public JsonNode usage(Say say) {
        return say.usage().orElse(js("{'input_tokens':10,'output_tokens':5}"));
    }

    @Override
    public JsonNode error(int status, String type, String code, String message) {
        return js(
                "{'type':'error','error':{'type':%s,'message':%s},'request_id':'req_upstream'}",
                type, message);
    }
}
