package dev.distill.proxy;

import static dev.distill.proxy.Script.js;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.ScriptedUpstream.Received;
import java.util.ArrayList;
import java.util.List;

/** How providers say things in Amazon Bedrock's Converse API. */
final class BedrockSpeech implements Speech.Voice {
    @Override
    public JsonNode whole(Say say) {
        ArrayNode content = Json.array();
        if (!say.thoughts().isEmpty()) {
            content.add(
                    js(
                            "{'reasoningContent':{'reasoningText':{'text':%s,'signature':'c2lnbmVk'}}}",
                            String.join("", say.thoughts())));
        }
        if (!say.tokens().isEmpty()) {
            content.add(js("{'text':%s}", say.whole()));
        }
        say.call()
                .ifPresent(
                        call ->
                                content.add(
                                        js(
                                                "{'toolUse':{'toolUseId':%s,'name':%s,'input':%s}}",
                                                call.id(), call.name(), call.input())));
        ObjectNode answer =
                (ObjectNode)
                        js(
                                "{'output':{'message':{'role':'assistant','content':%s}},'stopReason':%s,'metrics':{'latencyMs':1}}",
                                content, stop(say));
        if (say.usesSaid()) {
            answer.set("usage", usage(say));
        }
        return answer;
    }

    @Override
    public Script streamed(Say say, Received request) {
        List<byte[]> events = new ArrayList<>();
        events.add(BedrockFrames.event("messageStart", js("{'role':'assistant'}")));
        int index = 0;
        if (!say.thoughts().isEmpty()) {
            for (String piece : say.thoughts()) {
                delta(events, index, js("{'reasoningContent':{'text':%s}}", piece));
            }
            delta(events, index, js("{'reasoningContent':{'signature':'c2lnbmVk'}}"));
            stop(events, index++);
        }
        if (!say.tokens().isEmpty()) {
            for (String token : say.tokens()) {
                delta(events, index, js("{'text':%s}", token));
            }
            stop(events, index++);
        }
        if (say.call().isPresent()) {
            Say.Call call = say.call().get();
            events.add(
                    BedrockFrames.event(
                            "contentBlockStart",
                            js(
                                    "{'start':{'toolUse':{'toolUseId':%s,'name':%s}},'contentBlockIndex':%s}",
                                    call.id(), call.name(), index)));
            for (String piece : call.arguments()) {
                delta(events, index, js("{'toolUse':{'input':%s}}", piece));
            }
            stop(events, index);
        }
        events.add(BedrockFrames.event("messageStop", js("{'stopReason':%s}", stop(say))));
        if (say.usesSaid()) {
            events.add(
                    BedrockFrames.event(
                            "metadata", js("{'usage':%s,'metrics':{'latencyMs':1}}", usage(say))));
        }
        return Script.stream("application/vnd.amazon.eventstream", events);
    }

    private String stop(Say say) {
        return say.call().isPresent() ? "tool_use" : "end_turn";
    }

    private void delta(List<byte[]> events, int index, JsonNode delta) {
        events.add(
                BedrockFrames.event(
                        "contentBlockDelta",
                        js("{'delta':%s,'contentBlockIndex':%s}", delta, index)));
    }

    private void stop(List<byte[]> events, int index) {
        events.add(BedrockFrames.event("contentBlockStop", js("{'contentBlockIndex':%s}", index)));
    }

    @Override
    public JsonNode usage(Say say) {
        return say.usage().orElse(js("{'inputTokens':10,'outputTokens':5,'totalTokens':15}"));
    }

    @Override
    public JsonNode error(int status, String type, String code, String message) {
        return js("{'message':%s}", message);
    }
}
