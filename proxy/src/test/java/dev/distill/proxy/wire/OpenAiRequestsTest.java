package dev.distill.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Message;
import dev.distill.proxy.wire.Conversation.Reasoning;
import dev.distill.proxy.wire.Conversation.Role;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OpenAiRequestsTest {
    private static final Codec CHAT = new OpenAiChatCodec();
    private static final Codec RESPONSES = new OpenAiResponsesCodec();

    @Tag("golden")
    @Test
    void aChatRequestInFullBecomesAResponsesRequestAndItself() throws IOException {
        ObjectNode request = object(Transcripts.file("openai-chat/request.json"));
        Conversation conversation = CHAT.readRequest(request);
        assertThat(Json.pretty(RESPONSES.writeRequest(conversation, "gpt-5.4")))
                .isEqualTo(Transcripts.file("openai-chat/request.translated.json"));
        assertThat(CHAT.readRequest(CHAT.writeRequest(conversation, "m"))).isEqualTo(conversation);
    }

    @Tag("golden")
    @Test
    void aResponsesRequestInFullBecomesAChatRequestAndItself() throws IOException {
        ObjectNode request = object(Transcripts.file("openai-responses/request.json"));
        Conversation conversation = RESPONSES.readRequest(request);
        assertThat(Json.pretty(CHAT.writeRequest(conversation, "llama")))
                .isEqualTo(Transcripts.file("openai-responses/request.translated.json"));
        assertThat(RESPONSES.readRequest(RESPONSES.writeRequest(conversation, "m")))
                .isEqualTo(conversation);
    }

    @Property(tries = 200)
    void aConversationSurvivesChatCompletions(@ForAll("chats") Conversation conversation) {
        assertThat(CHAT.readRequest(CHAT.writeRequest(conversation, "m"))).isEqualTo(conversation);
    }

    @Property(tries = 200)
    void aConversationSurvivesResponses(@ForAll("responses") Conversation conversation) {
        assertThat(RESPONSES.readRequest(RESPONSES.writeRequest(conversation, "m")))
                .isEqualTo(conversation);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "'temprature':1|temprature|temprature is not supported; did you mean temperature?",
                "'functions':[]|functions|functions is not supported; use tools",
                "'store':true|store|store must be false for this model",
                "'modalities':['audio']|modalities|modalities must be text alone for this model",
                "'reasoning_effort':'huge'|reasoning_effort|reasoning_effort must be one of [high, low, medium, minimal, none, xhigh]",
                "'tool_choice':'must'|tool_choice|tool_choice must be auto, none, required or a function",
                "'tools':[{'type':'custom'}]|tools[0].type|tools[0].type must be function",
                "'response_format':{'type':'grammar'}|response_format.type|response_format.type must be text, json_object or json_schema",
                "'top_logprobs':2|top_logprobs|top_logprobs needs logprobs: true",
                "'max_tokens':1,'max_completion_tokens':2|max_tokens|max_tokens contradicts max_completion_tokens",
                "'n':0|n|n must be at least 1",
                "'messages':[]|messages|messages must have at least one message",
                "'messages':[{'role':'user','content':[{'type':'video'}]}]|messages[0].content[0].type|messages[0].content[0].type must be text, image_url, input_audio, file or refusal",
                "'messages':[{'role':'user','content':[{'type':'refusal','refusal':'x'}]}]|messages[0].content[0].type|messages[0].content[0].type must not be refusal in such a message",
                "'messages':[{'role':'user','content':[{'type':'file','file':{'file_data':'x'}}]}]|messages[0].content[0].file.file_data|messages[0].content[0].file.file_data must be like data:image/png;base64,...",
                "'messages':[{'role':'user','content':'x','contents':1}]|messages[0].contents|messages[0].contents is not supported; did you mean content?",
            })
    void refusesOfAChatRequestWhatItCannotTranslate(String members, String param, String message) {
        String base =
                members.contains("messages") ? "" : ",'messages':[{'role':'user','content':'u'}]";
        refuses(CHAT, "{'model':'m'," + members + base + "}", param, message);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "'previous_response_id':'resp_1'|previous_response_id|previous_response_id needs a server that remembers, which this model's is not",
                "'background':true|background|background needs a server that remembers, which this model's is not",
                "'store':true|store|store needs a server that remembers, which this model's is not",
                "'include':['reasoning.encrypted_content']|include|include must not have reasoning.encrypted_content for this model",
                "'tools':[{'type':'web_search'}]|tools[0].type|tools[0].type must be function for this model",
                "'truncation':'auto'|truncation|truncation must be disabled for this model",
                "'max_output_token':5|max_output_token|max_output_token is not supported; did you mean max_output_tokens?",
                "'input':[{'type':'item_reference','id':'x'}]|input[0].type|input[0].type must be message, function_call, function_call_output or reasoning for this model",
                "'input':[{'type':'reasoning','summary':[],'encrypted_content':'x'}]|input[0].encrypted_content|input[0].encrypted_content can be read by the provider that made it alone",
                "'input':[{'role':'user','content':[{'type':'output_text','text':'x'}]}]|input[0].content[0].type|input[0].content[0].type must not be output_text in such an item",
            })
    void refusesOfAResponsesRequestWhatItCannotTranslate(
            String members, String param, String message) {
        String base = members.contains("'input'") ? "" : ",'input':'u'";
        refuses(RESPONSES, "{'model':'m'," + members + base + "}", param, message);
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-5.4,max_completion_tokens",
        "o3-mini,max_completion_tokens",
        "openai/o1,max_completion_tokens",
        "gpt-4o,max_tokens",
        "llama-3,max_tokens",
        "olmo-2,max_tokens"
    })
    void limitsAnswersByTheMemberThatTheModelKnows(String model, String member) {
        Conversation conversation =
                CHAT.readRequest(
                        object(
                                "{'model':'a','max_completion_tokens':9,'messages':[{'role':'user','content':'u'}]}"));
        assertThat(CHAT.writeRequest(conversation, model).path(member).asInt()).isEqualTo(9);
    }

    @Test
    void leavesOutThoughtsThatAnotherProviderSignedAndSaysThatAFunctionFailed() {
        Conversation conversation =
                RandomConversations.of(
                        message(
                                Role.ASSISTANT,
                                new Part.Thinking("signed", Optional.of("sig")),
                                new Part.RedactedThinking("zzz"),
                                new Part.ToolCall("c", "f", "{}")),
                        message(
                                Role.TOOL,
                                new Part.ToolResult("c", List.of(new Part.Text("no disk")), true)));
        assertThat(Json.line(CHAT.writeRequest(conversation, "m").path("messages")))
                .isEqualTo(
                        "[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"Error: no disk\"}]");
        assertThat(Json.line(RESPONSES.writeRequest(conversation, "m").path("input")))
                .isEqualTo(
                        "[{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\",\"arguments\":\"{}\"},{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"Error: no disk\"}]");
    }

    @Test
    void refusesToWriteWhatAFormatHasNoWordFor() {
        Part picture = new Part.Image(new Part.Source.Uploaded("file-1"), Optional.empty());
        assertThatThrownBy(
                        () ->
                                CHAT.writeRequest(
                                        RandomConversations.of(message(Role.USER, picture)), "m"))
                .hasMessage("messages[0].content[0] must not be an uploaded picture");
        Part result = new Part.ToolResult("c", List.of(picture), false);
        assertThatThrownBy(
                        () ->
                                CHAT.writeRequest(
                                        RandomConversations.of(message(Role.TOOL, result)), "m"))
                .hasMessage(
                        "messages[0].content must be text, as this model takes no other results");
        Part thought = new Part.Thinking("hm", Optional.empty());
        assertThatThrownBy(
                        () ->
                                RESPONSES.writeRequest(
                                        RandomConversations.of(message(Role.ASSISTANT, thought)),
                                        "m"))
                .hasMessage("messages[0] has thoughts, which this model takes from nobody");
    }

    @ParameterizedTest
    @CsvSource({"1024,low", "10000,medium", "64000,high"})
    void turnsALimitOnThoughtsIntoTheNearestWord(int budget, String effort) {
        assertThat(OpenAiWords.effort(new Reasoning(Optional.empty(), OptionalInt.of(budget))))
                .contains(effort);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'content':'','annotations':[],'refusal':null,'audio':null}", "{}"})
    void takesBackAnAnswerWithAllThatItsClientEchoes(String echoed) {
        ObjectNode message = object(echoed);
        message.put("role", "assistant");
        message.set(
                "tool_calls",
                object(
                                "{'a':[{'index':0,'id':'c','type':'function','function':{'name':'f','arguments':''}}]}")
                        .get("a"));
        ObjectNode request = Json.object().put("model", "m");
        request.putArray("messages").add(message);
        assertThat(CHAT.readRequest(request).messages().getFirst().parts())
                .containsExactly(new Part.ToolCall("c", "f", "{}"));
    }

    @Property(tries = 500)
    void garbageIsRefusedAndNothingWorse(@ForAll("garbage") String text) {
        for (Codec codec : List.of(CHAT, RESPONSES)) {
            try {
                if (Json.parse(text) instanceof ObjectNode object) {
                    assertThat(codec.readRequest(object)).isNotNull();
                    assertThat(codec.readCompletion(object)).isNotNull();
                }
            } catch (WireException | JsonProcessingException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    @Provide
    Arbitrary<String> garbage() {
        Arbitrary<String> value =
                Arbitraries.of(
                        "null",
                        "1",
                        "-1",
                        "1e99",
                        "true",
                        "\"\"",
                        "\"user\"",
                        "[]",
                        "[1]",
                        "[null]",
                        "[{}]",
                        "{}",
                        "[{\"role\":\"user\",\"content\":\"x\"}]",
                        "[{\"role\":\"assistant\",\"tool_calls\":[{}]}]",
                        "[{\"role\":\"tool\"}]",
                        "[{\"type\":\"function_call\"}]",
                        "{\"type\":\"json_schema\"}",
                        "[{\"message\":{\"tool_calls\":[3]},\"finish_reason\":\"stop\"}]",
                        "[{\"type\":\"function\"}]");
        Arbitrary<String> name =
                Arbitraries.of(
                        "messages",
                        "input",
                        "tools",
                        "tool_choice",
                        "response_format",
                        "text",
                        "stop",
                        "n",
                        "metadata",
                        "logit_bias",
                        "reasoning",
                        "include",
                        "choices",
                        "output",
                        "usage",
                        "status",
                        "error");
        return net.jqwik.api.Combinators.combine(name, value)
                .as((n, v) -> "\"" + n + "\":" + v)
                .list()
                .uniqueElements(member -> member.substring(0, member.indexOf(':')))
                .ofMaxSize(6)
                .map(
                        members ->
                                "{\"model\":\"m\""
                                        + (members.isEmpty() ? "" : ",")
                                        + String.join(",", members)
                                        + "}");
    }

    @Provide
    Arbitrary<Conversation> chats() {
        return RandomConversations.forChat();
    }

    @Provide
    Arbitrary<Conversation> responses() {
        return RandomConversations.forResponses();
    }

    private static void refuses(Codec codec, String request, String param, String message) {
        assertThatThrownBy(() -> codec.readRequest(object(request)))
                .isInstanceOfSatisfying(
                        WireException.class, e -> assertThat(e.param()).isEqualTo(param))
                .hasMessage(message);
    }

    private static Message message(Role role, Part... parts) {
        return new Message(role, List.of(parts), Optional.empty());
    }

    private static ObjectNode object(String json) {
        try {
            return (ObjectNode) Json.parse(json.startsWith("{'") ? json.replace('\'', '"') : json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }
}
