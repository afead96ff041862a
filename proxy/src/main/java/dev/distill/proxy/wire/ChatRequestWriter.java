package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Format;
import dev.distill.proxy.wire.Conversation.Sampling;
import dev.distill.proxy.wire.Conversation.Tool;
import java.util.regex.Pattern;

/**
 * Writes requests of the chat completions API, for OpenAI and for the many servers that understand
 * it. A limit on the answer is written as {@code max_tokens}, which all of them know, except for
 * OpenAI's reasoning models, which take {@code max_completion_tokens} alone. A stream is always
 * asked to end with its usage. {@code top_k} is written although OpenAI does not have it, since
 * vLLM and others do; a provider that does not says so.
 */
final class ChatRequestWriter {
    private static final Pattern REASONING_MODEL =
            Pattern.compile("(.*/)?(o\\d+|gpt-([5-9]|\\d\\d+))([^\\d].*)?");

    private ChatRequestWriter() {}

    static ObjectNode write(Conversation conversation, String model) {
        ObjectNode request = Json.object().put("model", model);
        request.set("messages", ChatMessageWriter.write(conversation.messages()));
        OpenAiWords.tools(
                conversation,
                request,
                ChatRequestWriter::tool,
                name -> {
                    ObjectNode choice = Json.object().put("type", "function");
                    choice.putObject("function").put("name", name);
                    return choice;
                });
        format(conversation.format(), request);
        sampling(conversation.sampling(), request);
        String limit =
                REASONING_MODEL.matcher(model).matches() ? "max_completion_tokens" : "max_tokens";
        conversation.maxOutputTokens().ifPresent(most -> request.put(limit, most));
        conversation
                .reasoning()
                .flatMap(OpenAiWords::effort)
                .ifPresent(effort -> request.put("reasoning_effort", effort));
        conversation
                .topLogprobs()
                .ifPresent(top -> request.put("logprobs", true).put("top_logprobs", top));
        if (conversation.choices() != 1) {
            request.put("n", conversation.choices());
        }
        conversation.user().ifPresent(user -> request.put("user", user));
        OpenAiWords.metadata(conversation.metadata(), request);
        conversation.serviceTier().ifPresent(tier -> request.put("service_tier", tier));
        if (conversation.stream()) {
            request.put("stream", true).putObject("stream_options").put("include_usage", true);
        }
        return request;
    }

    private static ObjectNode tool(Tool tool) {
        ObjectNode written = Json.object().put("type", "function");
        ObjectNode function = written.putObject("function").put("name", tool.name());
        tool.description().ifPresent(description -> function.put("description", description));
        function.set("parameters", tool.parameters());
        tool.strict().ifPresent(strict -> function.put("strict", strict));
        return written;
    }

    private static void format(Format format, ObjectNode request) {
        switch (format) {
            case Format.Text _ -> {}
            case Format.JsonObject _ ->
                    request.putObject("response_format").put("type", "json_object");
            case Format.JsonSchema schema -> {
                ObjectNode written =
                        request.putObject("response_format")
                                .put("type", "json_schema")
                                .putObject("json_schema")
                                .put("name", schema.name());
                schema.description().ifPresent(words -> written.put("description", words));
                written.set("schema", schema.schema());
                schema.strict().ifPresent(strict -> written.put("strict", strict));
            }
        }
    }

    private static void sampling(Sampling sampling, ObjectNode request) {
        sampling.temperature().ifPresent(value -> request.put("temperature", value));
        sampling.topP().ifPresent(value -> request.put("top_p", value));
        sampling.topK().ifPresent(value -> request.put("top_k", value));
        sampling.seed().ifPresent(value -> request.put("seed", value));
        if (!sampling.stop().isEmpty()) {
            ArrayNode stop = request.putArray("stop");
            sampling.stop().forEach(stop::add);
        }
        sampling.presencePenalty().ifPresent(value -> request.put("presence_penalty", value));
        sampling.frequencyPenalty().ifPresent(value -> request.put("frequency_penalty", value));
        sampling.logitBias().ifPresent(bias -> request.set("logit_bias", bias));
    }
}
