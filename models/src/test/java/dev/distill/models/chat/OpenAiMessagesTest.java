package dev.distill.models.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import org.junit.jupiter.api.Test;

class OpenAiMessagesTest {
    @Test
    void argumentsOfAToolCallBecomeAnObject() throws JsonProcessingException {
        JsonNode request =
                Json.parse(
                        """
                        {"messages": [{"role": "assistant", "content": null, "tool_calls": [
                          {"id": "c", "type": "function",
                           "function": {"name": "f", "arguments": "{\\"x\\": 1.50}"}},
                          {"function": {"name": "g", "arguments": ""}},
                          {"function": {"name": "h", "arguments": "not JSON"}}]}]}
                        """);

        assertThat(OpenAiMessages.chat(request).messages())
                .isEqualTo(
                        Json.parse(
                                """
                                [{"role": "assistant", "content": null, "tool_calls": [
                                  {"id": "c", "type": "function",
                                   "function": {"name": "f", "arguments": {"x": 1.50}}},
                                  {"function": {"name": "g", "arguments": {}}},
                                  {"function": {"name": "h", "arguments": "not JSON"}}]}]
                                """));
        assertThat(request.at("/messages/0/tool_calls/0/function/arguments").isTextual()).isTrue();
    }

    @Test
    void partsOfTextBecomeOneText() throws JsonProcessingException {
        JsonNode request =
                Json.parse(
                        """
                        {"messages": [{"role": "user", "content":
                          [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]}
                        """);

        assertThat(OpenAiMessages.chat(request).messages().at("/0/content").textValue())
                .isEqualTo("a\nb");
    }

    @Test
    void picturesAreRefused() throws JsonProcessingException {
        JsonNode request =
                Json.parse(
                        """
                        {"messages": [{"role": "user", "content":
                          [{"type": "image_url", "image_url": {"url": "data:"}}]}]}
                        """);

        assertThatThrownBy(() -> OpenAiMessages.chat(request))
                .isInstanceOf(UserError.class)
                .hasMessage("content must be text, got a part of type 'image_url'");
    }

    @Test
    void anEmptyListOfToolsIsNone() throws JsonProcessingException {
        assertThat(OpenAiMessages.chat(Json.parse("{\"messages\": [], \"tools\": []}")).tools())
                .isEmpty();
        assertThat(OpenAiMessages.chat(Json.parse("{\"messages\": [], \"tools\": [{}]}")).tools())
                .hasValue(Json.parse("[{}]"));
    }
}
