package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Format;
import dev.distill.proxy.wire.Conversation.Sampling;
import dev.distill.proxy.wire.Conversation.Tool;

/** Writes requests of the responses API; answers are never stored. */
final class ResponsesRequestWriter {
    private ResponsesRequestWriter() {}

    static ObjectNode write(Conversation conversation, String model) {
        Unsupported.choices(conversation);
        sampling(conversation.sampling());
        ObjectNode request = Json.object().put("model", model);
        request.set("input", ResponsesInputWriter.write(conversation.messages()));
        OpenAiWords.tools(
                conversation,
                request,
                ResponsesRequestWriter::tool,
                name -> Json.object().put("type", "function").put("name", name));
        format(conversation.format(), request);
        conversation.sampling().temperature().ifPresent(t -> request.put("temperature", t));
        conversation.sampling().topP().ifPresent(p -> request.put("top_p", p));
        conversation.maxOutputTokens().ifPresent(most -> request.put("max_output_tokens", most));
        conversation
                .reasoning()
                .flatMap(OpenAiWords::effort)
                .ifPresent(effort -> request.putObject("reasoning").put("effort", effort));
        conversation
                .topLogprobs()
                .ifPresent(
                        top ->
                                request.put("top_logprobs", top)
                                        .putArray("include")
                                        .add(ResponsesRequestReader.LOGPROBS));
        conversation.user().ifPresent(user -> request.put("user", user));
        OpenAiWords.metadata(conversation.metadata(), request);
        conversation.serviceTier().ifPresent(tier -> request.put("service_tier", tier));
        request.put("store", false);
        if (conversation.stream()) {
            request.put("stream", true);
        }
        return request;
    }

    private static void sampling(Sampling sampling) {
        Unsupported.seed(sampling);
        Unsupported.penalties(sampling);
        Unsupported.logitBias(sampling);
        Unsupported.refuse(sampling.topK().isPresent(), "top_k");
        Unsupported.refuse(!sampling.stop().isEmpty(), "stop");
    }

    /** Here functions are strict unless they say that they are not; elsewhere the reverse. */
    private static ObjectNode tool(Tool tool) {
        ObjectNode written = Json.object().put("type", "function").put("name", tool.name());
        tool.description().ifPresent(description -> written.put("description", description));
        written.set("parameters", tool.parameters());
        return written.put("strict", tool.strict().orElse(false));
    }

    private static void format(Format format, ObjectNode request) {
        switch (format) {
            case Format.Text _ -> {}
            case Format.JsonObject _ ->
                    request.putObject("text").putObject("format").put("type", "json_object");
            case Format.JsonSchema schema -> {
                ObjectNode written =
                        request.putObject("text")
                                .putObject("format")
                                .put("type", "json_schema")
                                .put("name", schema.name());
                schema.description().ifPresent(words -> written.put("description", words));
                written.set("schema", schema.schema());
                schema.strict().ifPresent(strict -> written.put("strict", strict));
            }
        }
    }
}
