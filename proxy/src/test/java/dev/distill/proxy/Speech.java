package dev.distill.proxy;

import static dev.distill.proxy.Script.data;
import static dev.distill.proxy.Script.event;
import static dev.distill.proxy.Script.js;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.ScriptedUpstream.Received;
import java.util.ArrayList;
import java.util.List;

/** How providers of the five dialects say the same {@link Say}, at once or as a stream. */
enum Speech {
    OPENAI_CHAT {
        @Override
        JsonNode whole(Say say) {
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
        Script streamed(Say say, Received request) {
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
            return data(
                    chunkOf(say, js("[{'index':0,'delta':%s,'finish_reason':%s}]", delta, finish)));
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
        JsonNode usage(Say say) {
            return say.usage()
                    .orElse(js("{'prompt_tokens':10,'completion_tokens':5,'total_tokens':15}"));
        }

        @Override
        JsonNode error(int status, String type, String code, String message) {
            return js(
                    "{'error':{'message':%s,'type':%s,'param':null,'code':%s}}",
                    message, type, code);
        }
    },

    OPENAI_RESPONSES {
        @Override
        JsonNode whole(Say say) {
            return response(say, "completed", output(say));
        }

        @Override
        Script streamed(Say say, Received request) {
            Numbered events = new Numbered();
            JsonNode empty = response(say, "in_progress", Json.array());
            events.add("response.created", js("{'response':%s}", empty));
            events.add("response.in_progress", js("{'response':%s}", empty));
            int index = 0;
            for (JsonNode item : output(say)) {
                boolean text = item.path("type").asText().equals("message");
                String id = item.path("id").asText();
                events.add(
                        "response.output_item.added",
                        js("{'output_index':%s,'item':%s}", index, begun((ObjectNode) item)));
                if (text) {
                    spoken(say, events, index, id, item.at("/content/0"));
                } else {
                    for (String piece : say.call().orElseThrow().arguments()) {
                        events.add(
                                "response.function_call_arguments.delta",
                                js(
                                        "{'item_id':%s,'output_index':%s,'delta':%s}",
                                        id, index, piece));
                    }
                    events.add(
                            "response.function_call_arguments.done",
                            js(
                                    "{'item_id':%s,'output_index':%s,'name':%s,'arguments':%s}",
                                    id,
                                    index,
                                    item.path("name").asText(),
                                    item.path("arguments").asText()));
                }
                events.add(
                        "response.output_item.done",
                        js("{'output_index':%s,'item':%s}", index, item));
                index++;
            }
            events.add("response.completed", js("{'response':%s}", whole(say)));
            return Script.sse(events.frames);
        }

        private void spoken(Say say, Numbered events, int index, String id, JsonNode part) {
            events.add(
                    "response.content_part.added",
                    js(
                            "{'item_id':%s,'output_index':%s,'content_index':0,'part':%s}",
                            id, index, js("{'type':'output_text','text':'','annotations':[]}")));
            for (String token : say.tokens()) {
                events.add(
                        "response.output_text.delta",
                        js(
                                "{'item_id':%s,'output_index':%s,'content_index':0,'delta':%s,'logprobs':[]}",
                                id, index, token));
            }
            events.add(
                    "response.output_text.done",
                    js(
                            "{'item_id':%s,'output_index':%s,'content_index':0,'text':%s,'logprobs':[]}",
                            id, index, say.whole()));
            events.add(
                    "response.content_part.done",
                    js(
                            "{'item_id':%s,'output_index':%s,'content_index':0,'part':%s}",
                            id, index, part));
        }

        private JsonNode begun(ObjectNode item) {
            ObjectNode begun = item.deepCopy().put("status", "in_progress");
            if (begun.has("content")) {
                begun.putArray("content");
            } else {
                begun.put("arguments", "");
            }
            return begun;
        }

        private ArrayNode output(Say say) {
            ArrayNode output = Json.array();
            if (!say.tokens().isEmpty()) {
                output.add(
                        js(
                                "{'id':'msg_1','type':'message','status':'completed','role':'assistant','content':[{'type':'output_text','text':%s,'annotations':[]}]}",
                                say.whole()));
            }
            say.call()
                    .ifPresent(
                            call ->
                                    output.add(
                                            js(
                                                    "{'id':'fc_1','type':'function_call','status':'completed','call_id':%s,'name':%s,'arguments':%s}",
                                                    call.id(),
                                                    call.name(),
                                                    String.join("", call.arguments()))));
            return output;
        }

        private JsonNode response(Say say, String status, JsonNode output) {
            boolean done = status.equals("completed") && say.usesSaid();
            return js(
                    "{'id':'resp_1','object':'response','created_at':1790000000,'status':%s,'background':false,'error':null,'incomplete_details':null,'instructions':null,'max_output_tokens':null,'model':%s,'output':%s,'parallel_tool_calls':true,'service_tier':%s,'previous_response_id':null,'reasoning':{'effort':null,'summary':null},'store':false,'temperature':1.0,'text':{'format':{'type':'text'}},'tool_choice':'auto','tools':[],'top_p':1.0,'truncation':'disabled','usage':%s,'user':null,'metadata':{}}",
                    status,
                    say.model(),
                    output,
                    say.tier().orElse("default"),
                    done ? usage(say) : js("null"));
        }

        @Override
        JsonNode usage(Say say) {
            return say.usage()
                    .orElse(
                            js(
                                    "{'input_tokens':10,'input_tokens_details':{'cached_tokens':0,'cache_write_tokens':0},'output_tokens':5,'output_tokens_details':{'reasoning_tokens':0},'total_tokens':15}"));
        }

        @Override
        JsonNode error(int status, String type, String code, String message) {
            return OPENAI_CHAT.error(status, type, code, message);
        }
    },

    ANTHROPIC {
        @Override
        JsonNode whole(Say say) {
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
        Script streamed(Say say, Received request) {
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
                        js(
                                "{'type':'tool_use','id':%s,'name':%s,'input':{}}",
                                call.id(), call.name()));
                for (String piece : call.arguments()) {
                    delta(
                            events,
                            index,
                            js("{'type':'input_json_delta','partial_json':%s}", piece));
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
            typed(
                    events,
                    "content_block_start",
                    js("{'index':%s,'content_block':%s}", index, block));
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
        JsonNode usage(Say say) {
            return say.usage().orElse(js("{'input_tokens':10,'output_tokens':5}"));
        }

        @Override
        JsonNode error(int status, String type, String code, String message) {
            return js(
                    "{'type':'error','error':{'type':%s,'message':%s},'request_id':'req_upstream'}",
                    type, message);
        }
    },

    GEMINI {
        @Override
        JsonNode whole(Say say) {
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
        Script streamed(Say say, Received request) {
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
        JsonNode usage(Say say) {
            return say.usage()
                    .orElse(
                            js(
                                    "{'promptTokenCount':10,'candidatesTokenCount':5,'totalTokenCount':15}"));
        }

        @Override
        JsonNode error(int status, String type, String code, String message) {
            return js("{'error':{'code':%s,'message':%s,'status':%s}}", status, message, type);
        }
    },

    BEDROCK {
        @Override
        JsonNode whole(Say say) {
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
        Script streamed(Say say, Received request) {
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
                                "metadata",
                                js("{'usage':%s,'metrics':{'latencyMs':1}}", usage(say))));
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
            events.add(
                    BedrockFrames.event("contentBlockStop", js("{'contentBlockIndex':%s}", index)));
        }

        @Override
        JsonNode usage(Say say) {
            return say.usage().orElse(js("{'inputTokens':10,'outputTokens':5,'totalTokens':15}"));
        }

        @Override
        JsonNode error(int status, String type, String code, String message) {
            return js("{'message':%s}", message);
        }
    };

    /** The body of a whole answer. */
    abstract JsonNode whole(Say say);

    /** The same as a stream. */
    abstract Script streamed(Say say, Received request);

    /** The usage that an answer reports. */
    abstract JsonNode usage(Say say);

    /** The body of an error. */
    abstract JsonNode error(int status, String type, String code, String message);

    /** Answers as the request wants it: as a stream or at once. */
    Script answer(Say say, Received request) {
        return request.streams() ? streamed(say, request) : Script.json(200, whole(say));
    }

    /** Refuses; Bedrock names the type in a header. */
    Script refuse(int status, String type, String code, String message, String... headers) {
        JsonNode body = error(status, type, code, message);
        return this == BEDROCK
                ? Script.json(status, body, "x-amzn-errortype", type)
                : Script.json(status, body, headers);
    }

    /** Frames of the Responses API, which are numbered. */
    private static final class Numbered {
        private final List<String> frames = new ArrayList<>();

        void add(String type, JsonNode members) {
            ObjectNode event = Json.object().put("type", type);
            event.setAll((ObjectNode) members);
            event.put("sequence_number", frames.size());
            frames.add(event(type, event));
        }
    }
}
