package dev.distill.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Message;
import dev.distill.proxy.wire.Conversation.Reasoning;
import dev.distill.proxy.wire.Conversation.Role;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnthropicRequestReaderTest {
    private static final AnthropicCodec CODEC = new AnthropicCodec(() -> Instant.EPOCH);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'context_management':{} | context_management is not supported",
                "'mcp_servers':[] | mcp_servers is not supported",
                "'thinking':{'type':'much'} | thinking.type must be enabled, adaptive or disabled",
                "'thinking':{'type':'adaptive','x':1} | thinking.x is not supported",
                "'output_config':{'task_budget':1} | output_config.task_budget is not supported",
                "'metadata':{'team':'a'} | metadata.team is not supported",
                "'temperature':'hot' | temperature must be a number",
                "'max_tokens':0 | max_tokens must be an integer of at least 1",
                "'max_tokens':null | max_tokens must be an integer of at least 1",
                "'model':7 | model must be a string",
                "'tools':[{'type':'web_search_20250305','name':'web_search'}]"
                        + " | tools[0].type is a tool that the provider runs, which only"
                        + " Anthropic has",
                "'tools':[{'name':'f'}] | tools[0].input_schema is missing",
                "'tool_choice':{'type':'tool'} | tool_choice.name is missing",
                "'messages':[{'role':'robot','content':'a'}]"
                        + " | messages[0].role must be user, assistant or system",
                "'messages':[{'role':'user','content':[{'type':'video'}]}]"
                        + " | messages[0].content[0].type has a value that is not supported: video",
                "'messages':[{'role':'user','content':[{'type':'text'}]}]"
                        + " | messages[0].content[0].text is missing",
                "'messages':[{'role':'user','content':[{'type':'text','text':'a','b':1}]}]"
                        + " | messages[0].content[0].b is not supported",
                "'messages':[{'role':'user','content':[{'type':'text','text':'a',"
                        + "'cache_control':{'type':'ephemeral','ttl':'1d'}}]}]"
                        + " | messages[0].content[0].cache_control.ttl must be 5m or 1h",
                "'messages':[{'role':'user','content':[{'type':'text','text':'a'},"
                        + "{'type':'tool_result','tool_use_id':'1'}]}]"
                        + " | messages[0].content must have its tool_result blocks first",
                "'messages':'a' | messages must be a list",
                "'messages':[1] | messages[0] must be an object",
            })
    void whatTheModelHasNoWordForIsRefusedByName(String member, String message) throws Exception {
        ObjectNode request = request(member.replace('\'', '"'));

        assertThatThrownBy(() -> CODEC.readRequest(request))
                .isInstanceOf(WireException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void resultsOfToolsBecomeAMessageOfTheirOwn() throws Exception {
        ObjectNode request =
                request(
                        """
                        "messages":[{"role":"user","content":[
                          {"type":"tool_result","tool_use_id":"1","content":"a"},
                          {"type":"text","text":"Go on"}]}]""");

        assertThat(CODEC.readRequest(request).messages())
                .containsExactly(
                        new Message(
                                Role.TOOL,
                                List.of(
                                        new Part.ToolResult(
                                                "1", List.of(new Part.Text("a")), false)),
                                Optional.empty()),
                        new Message(Role.USER, List.of(new Part.Text("Go on")), Optional.empty()));
    }

    @Test
    void aCacheMarkAtTheTopStandsForOneAtTheEnd() throws Exception {
        ObjectNode request = request("\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}");

        assertThat(CODEC.readRequest(request).messages().getLast().parts())
                .containsExactly(new Part.Text("Hello"), new Part.CachePoint(CacheLifetime.HOUR));
    }

    @Test
    void effortAloneIsReasoningToo() throws Exception {
        ObjectNode request = request("\"output_config\":{\"effort\":\"low\"}");

        assertThat(CODEC.readRequest(request).reasoning())
                .contains(new Reasoning(Optional.of("low"), OptionalInt.empty()));
    }

    @Test
    void whatAnAnswerSaidCanBeSentBackAsItCame() throws Exception {
        ObjectNode request =
                request(
                        """
                        "messages":[{"role":"assistant","content":[
                          {"type":"text","text":"a","citations":null},
                          {"type":"tool_use","id":"1","name":"f","input":{},
                           "caller":{"type":"direct"}}]}]""");

        assertThat(CODEC.readRequest(request).messages().getLast().parts())
                .containsExactly(new Part.Text("a"), new Part.ToolCall("1", "f", "{}"));
    }

    private static ObjectNode request(String member) throws Exception {
        ObjectNode request =
                (ObjectNode)
                        Json.parse(
                                """
                                {"model":"claude","max_tokens":10,
                                 "messages":[{"role":"user","content":"Hello"}]}""");
        request.setAll((ObjectNode) Json.parse("{" + member + "}"));
        return request;
    }
}
