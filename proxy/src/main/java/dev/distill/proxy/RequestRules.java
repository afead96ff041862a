package dev.distill.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.Suggestion;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What a chat completion request may say. Everything else is refused by name: a member that a
 * provider does not get, or that the price of an answer does not cover, must not pass in silence.
 */
final class RequestRules {
    private static final Predicate<JsonNode> NUMBER = JsonNode::isNumber;
    private static final Predicate<JsonNode> BOOLEAN = JsonNode::isBoolean;
    private static final Predicate<JsonNode> TEXT = JsonNode::isTextual;
    private static final Predicate<JsonNode> OBJECT = JsonNode::isObject;

    private record Rule(String type, Predicate<JsonNode> test) {}

    private static final Map<String, Rule> MEMBERS =
            Map.ofEntries(
                    Map.entry("model", new Rule("the name of a route", TEXT)),
                    Map.entry("messages", new Rule("an array of messages", JsonNode::isArray)),
                    Map.entry("temperature", new Rule("a number", NUMBER)),
                    Map.entry("top_p", new Rule("a number", NUMBER)),
                    Map.entry("frequency_penalty", new Rule("a number", NUMBER)),
                    Map.entry("presence_penalty", new Rule("a number", NUMBER)),
                    Map.entry(
                            "max_tokens", new Rule("a positive integer", RequestRules::isPositive)),
                    Map.entry(
                            "max_completion_tokens",
                            new Rule("a positive integer", RequestRules::isPositive)),
                    Map.entry("seed", new Rule("an integer", JsonNode::isIntegralNumber)),
                    Map.entry("logprobs", new Rule("a boolean", BOOLEAN)),
                    Map.entry("top_logprobs", new Rule("an integer", JsonNode::isIntegralNumber)),
                    Map.entry("logit_bias", new Rule("an object", OBJECT)),
                    Map.entry("stop", new Rule("a string or an array", TEXT.or(JsonNode::isArray))),
                    Map.entry("response_format", new Rule("an object", OBJECT)),
                    Map.entry("tools", new Rule("an array", JsonNode::isArray)),
                    Map.entry("tool_choice", new Rule("a string or an object", TEXT.or(OBJECT))),
                    Map.entry("parallel_tool_calls", new Rule("a boolean", BOOLEAN)),
                    Map.entry("reasoning_effort", new Rule("a string", TEXT)),
                    Map.entry("user", new Rule("a string", TEXT)),
                    Map.entry("metadata", new Rule("an object", OBJECT)),
                    Map.entry("stream", new Rule("a boolean", BOOLEAN)),
                    Map.entry("n", new Rule("a positive integer", RequestRules::isPositive)));

    /** Enough of an unknown name to find it. */
    private static final int MOST_NAMED = 100;

    private static final Set<String> ROLES =
            Set.of("system", "developer", "user", "assistant", "tool");

    private RequestRules() {}

    /**
     * Checks a whole request.
     *
     * @throws ApiException that names the first member at fault
     */
    static void check(JsonNode request) {
        if (!request.isObject()) {
            throw refusal("invalid_request", "body", "the body must be a JSON object");
        }
        request.properties().forEach(member -> checkMember(member.getKey(), member.getValue()));
        requirePresent(request, "model");
        requirePresent(request, "messages");
        if (request.path("stream").asBoolean()) {
            throw unsupported("stream", "streaming is not supported; leave stream out");
        }
        if (request.path("n").asInt(1) != 1) {
            throw unsupported(
                    "n",
                    "n must be 1; ask again with another "
                            + Headers.SAMPLE
                            + " header for more answers");
        }
        checkMessages(request.path("messages"));
    }

    private static boolean isPositive(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToInt() && node.intValue() > 0;
    }

    private static void requirePresent(JsonNode request, String name) {
        if (!request.hasNonNull(name)) {
            throw refusal("missing_required_parameter", name, name + " is missing");
        }
    }

    private static void checkMember(String name, JsonNode value) {
        Rule rule = MEMBERS.get(name);
        if (rule == null) {
            String brief = name.substring(0, Math.min(name.length(), MOST_NAMED));
            String meant =
                    Suggestion.nearest(brief, MEMBERS.keySet()).stream()
                            .findFirst()
                            .map(near -> "; did you mean " + near + "?")
                            .orElse("");
            throw unsupported(brief, brief + " is not supported" + meant);
        }
        if (!value.isNull() && !rule.test().test(value)) {
            throw refusal("invalid_type", name, name + " must be " + rule.type());
        }
    }

    private static void checkMessages(JsonNode messages) {
        if (messages.isEmpty()) {
            throw refusal("invalid_request", "messages", "messages is empty");
        }
        int index = 0;
        for (JsonNode message : messages) {
            String at = "messages[" + index++ + "]";
            if (!message.isObject()) {
                throw refusal("invalid_type", at, at + " must be an object");
            }
            String role = message.path("role").asText();
            if (!ROLES.contains(role)) {
                throw refusal(
                        "invalid_value",
                        at + ".role",
                        at + ".role must be one of " + new TreeSet<>(ROLES) + ", got " + role);
            }
            checkContent(at + ".content", message.path("content"), role);
        }
    }

    private static void checkContent(String at, JsonNode content, String role) {
        boolean none = content.isMissingNode() || content.isNull();
        if (content.isTextual() || (none && role.equals("assistant"))) {
            return;
        }
        if (!content.isArray() || content.isEmpty()) {
            throw refusal("invalid_type", at, at + " must be a string or an array of text parts");
        }
        for (JsonNode part : content) {
            String type = part.path("type").asText();
            if (!type.equals("text") || !part.path("text").isTextual()) {
                throw unsupported(at, at + " may hold text parts only, got " + type);
            }
        }
    }

    private static ApiException unsupported(String param, String message) {
        return refusal("unsupported_parameter", param, message);
    }

    private static ApiException refusal(String code, String param, String message) {
        return new ApiException(ApiError.badRequest(code, param, message));
    }
}
