package dev.distill.proxy.wire;

import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Format;
import dev.distill.proxy.wire.Conversation.Message;
import dev.distill.proxy.wire.Conversation.Reasoning;
import dev.distill.proxy.wire.Conversation.Role;
import dev.distill.proxy.wire.Conversation.Sampling;
import dev.distill.proxy.wire.Conversation.Tool;
import dev.distill.proxy.wire.Conversation.ToolChoice;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** PlainConversation for tests, each a plain one with something set. */
final class PlainConversation {
    static final Sampling PLAIN_SAMPLING =
            new Sampling(
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    OptionalInt.empty(),
                    OptionalLong.empty(),
                    List.of(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    Optional.empty());

    List<Message> messages = List.of(message(Role.USER, new Part.Text("Hello")));
    List<Tool> tools = List.of();
    Optional<ToolChoice> toolChoice = Optional.empty();
    Optional<Boolean> parallelToolCalls = Optional.empty();
    Format format = new Format.Text();
    Sampling sampling = PLAIN_SAMPLING;
    OptionalInt maxOutputTokens = OptionalInt.empty();
    Optional<Reasoning> reasoning = Optional.empty();
    OptionalInt topLogprobs = OptionalInt.empty();
    int choices = 1;
    boolean stream;
    Optional<String> user = Optional.empty();
    Map<String, String> metadata = Map.of();
    Optional<String> serviceTier = Optional.empty();

    static Message message(Role role, Part... parts) {
        return new Message(role, Arrays.asList(parts), Optional.empty());
    }

    static Tool tool(String name) {
        return new Tool(
                name, Optional.empty(), Json.object().put("type", "object"), Optional.empty());
    }

    Conversation build() {
        return new Conversation(
                messages,
                tools,
                toolChoice,
                parallelToolCalls,
                format,
                sampling,
                maxOutputTokens,
                reasoning,
                topLogprobs,
                choices,
                stream,
                user,
                metadata,
                serviceTier);
    }
}
