package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Refusal.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What answers and the chunks of a stream of {@code generateContent} have in common. */
final class GeminiCandidate {
    private GeminiCandidate() {}

    /** Refuses an answer that only says why there is none. */
    static void refuseBlocked(Members answer) {
        Optional<String> reason =
                answer.optionalMembers("promptFeedback")
                        .flatMap(f -> f.optionalText("blockReason"));
        if (reason.isPresent() && answer.list("candidates").isEmpty()) {
            throw new WireException(
                    new Refusal(
                            400,
                            Kind.CONTENT_POLICY,
                            "PROMPT_BLOCKED",
                            reason,
                            "the prompt was blocked: " + reason.get(),
                            Optional.empty(),
                            Optional.empty()));
        }
    }

    /**
     * A finish reason.
     *
     * @throws WireException for those that mean that the answer is broken
     */
    static StopReason stopReason(String reason, boolean called) {
        return switch (reason) {
            case "STOP" -> called ? StopReason.TOOL_CALLS : StopReason.END;
            case "MAX_TOKENS" -> StopReason.LENGTH;
            case "SAFETY",
                    "RECITATION",
                    "LANGUAGE",
                    "BLOCKLIST",
                    "PROHIBITED_CONTENT",
                    "SPII",
                    "IMAGE_SAFETY",
                    "IMAGE_PROHIBITED_CONTENT",
                    "IMAGE_RECITATION" ->
                    StopReason.FILTERED;
            default -> throw new WireException("finishReason", "the answer broke off: " + reason);
        };
    }

    /** The parts of a candidate. */
    static List<Members> parts(Members candidate) {
        return candidate.optionalMembers("content").map(c -> c.list("parts")).orElse(List.of());
    }

    /** The id of a call; one that has none is named after its answer and place. */
    static String callId(Members call, String answerId, int choice, int number) {
        return call.optionalText("id")
                .filter(id -> !id.isEmpty())
                .orElseGet(
                        () ->
                                "call_%s_%d_%d"
                                        .formatted(
                                                answerId.replaceAll("[^A-Za-z0-9_-]", ""),
                                                choice,
                                                number));
    }

    /** The arguments of a call, as text. */
    static String arguments(Members call) {
        return call.has("args") ? Json.line(call.object("args")) : "{}";
    }

    /** Log-probabilities in the shape of OpenAI chat. */
    static Optional<ObjectNode> logprobs(Members candidate) {
        return candidate.optionalMembers("logprobsResult").map(GeminiCandidate::openAi);
    }

    private static ObjectNode openAi(Members result) {
        List<Members> chosen = result.list("chosenCandidates");
        List<Members> top = result.list("topCandidates");
        ObjectNode logprobs = Json.object();
        ArrayNode content = logprobs.putArray("content");
        for (int i = 0; i < chosen.size(); i++) {
            ObjectNode token = token(chosen.get(i));
            ArrayNode alternatives = token.putArray("top_logprobs");
            if (i < top.size()) {
                top.get(i).list("candidates").forEach(c -> alternatives.add(token(c)));
            }
            content.add(token);
        }
        logprobs.putNull("refusal");
        return logprobs;
    }

    private static ObjectNode token(Members candidate) {
        String text = candidate.optionalText("token").orElse("");
        ObjectNode token = Json.object().put("token", text);
        token.put("logprob", candidate.optionalDouble("logProbability").orElse(0));
        ArrayNode bytes = token.putArray("bytes");
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(Byte.toUnsignedInt(b));
        }
        return token;
    }
}
