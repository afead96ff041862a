package dev.distill.proxy;

import static dev.distill.proxy.Script.data;
import static dev.distill.proxy.Script.js;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.proxy.ScriptedUpstream.Received;
import java.util.ArrayList;
import java.util.List;

/** How providers say things in OpenAI chat completions. */
final class ChatSpeech implements Speech.Voice {
    @Override
    public JsonNode whole(Say say) {
        ObjectNode message = (ObjectNode) js("{'role':'assistant'}");
        message.put("content", say.tokens().isEmpty() ? null : say.whole());
        say.call()
                .ifPresent(
                        call ->
                                message.set(
                                        "tool_calls",
                                        js(
                                                "[{'id':%s,'type':'function','function':{'name':%s,'arguments':%s}}]",
                                                call.id(),
                                                call.name(),
                                                String.join("", call.arguments()))));
        ObjectNode answer =
                (ObjectNode)
                        js(
                                "{'id':'chatcmpl-1','object':'chat.completion','created':1790000000,'model':%s,'choices':[{'index':0,'message':%s,'logprobs':null,'finish_reason':%s}]}",
                                say.model(), message, finish(say));
        say.tier().ifPresent(tier -> answer.put("service_tier", tier));
        if (say.usesSaid()) {
            answer.set("usage", usage(say));
        }
        return answer;
    }

    @Override
    public Script streamed(Say say, Received request) {
        List<String> events = new ArrayList<>();
        events.add(chunk(say, js("{'role':'assistant','content':''}"), js("null")));
        say.tokens().forEach(token -> events.add(chunk(say, js("{'content':%s}", token))));
        say.call()
                .ifPresent(
                        call -> {
                            events.add(
                                    chunk(
                                            say,
                                            js(
                                                    "{'tool_calls':[{'index':0,'id':%s,'type':'function','function':{'name':%s,'arguments':''}}]}",
                                                    call.id(), call.name())));
                            for (String piece : call.arguments()) {
                                JsonNode delta =
                                        js(
                                                "{'tool_calls':[{'index':0,'function':{'arguments':%s}}]}",
                                                piece);
                                events.add(chunk(say, delta));
                            }
                        });
        events.add(chunk(say, js("{}"), js("%s", finish(say))));
        if (say.usesSaid() && request.json().at("/stream_options/include_usage").asBoolean()) {
            events.add(data(chunkOf(say, js("[]")).set("usage", usage(say))));
        }
        events.add("data: [DONE]\n\n");
        return Script.sse(events);
    }

    private String finish(Say say) {
        return say.call().isPresent() ? "tool_calls" : "stop";
    }

    private String chunk(Say say, JsonNode delta) {
        return chunk(say, delta, js("null"));
    }

    private String chunk(Say say, JsonNode delta, JsonNode finish) {
        return data(chunkOf(say, js("[{'index':0,'delta':%s,'finish_reason':%s}]", delta, finish)));
    }

    private ObjectNode chunkOf(Say say, JsonNode choices) {
        ObjectNode chunk =
                (ObjectNode)
                        js(
                                "{'id':'chatcmpl-1','object':'chat.completion.chunk','created':1790000000,'model':%s,'choices':%s}",
                                say.model(), choices);
        say.tier().ifPresent(tier -> chunk.put("service_tier", tier));
        return chunk;
    }

    @Override
    public JsonNode usage(Say say) {
        return say.usage()
                .orElse(js("{'prompt_tokens':10,'completion_tokens':5,'total_tokens':15}"));
    }

    @Override
    public JsonNode error(int status, String type, String code, String message) {
        return js("{'error':{'message':%s,'type':%s,'param':null,'code':%s}}", message, type, code);
    }
}
