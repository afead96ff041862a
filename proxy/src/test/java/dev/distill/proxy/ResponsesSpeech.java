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

/** How providers say things in OpenAI's Responses API. */
final class ResponsesSpeech implements Speech.Voice {
    @Override
    public JsonNode whole(Say say) {
        return response(say, "completed", output(say));
    }

    @Override
    public Script streamed(Say say, Received request) {
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
                            js("{'item_id':%s,'output_index':%s,'delta':%s}", id, index, piece));
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
                    "response.output_item.done", js("{'output_index':%s,'item':%s}", index, item));
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
    public JsonNode usage(Say say) {
        return say.usage()
                .orElse(
                        js(
                                "{'input_tokens':10,'input_tokens_details':{'cached_tokens':0,'cache_write_tokens':0},'output_tokens':5,'output_tokens_details':{'reasoning_tokens':0},'total_tokens':15}"));
    }

    @Override
    public JsonNode error(int status, String type, String code, String message) {
        return Speech.OPENAI_CHAT.error(status, type, code, message);
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
