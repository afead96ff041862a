package dev.distill.proxy;

import dev.distill.proxy.wire.Conversation;
import dev.distill.proxy.wire.Conversation.Message;
import dev.distill.proxy.wire.Conversation.Role;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Part;
import dev.distill.proxy.wire.WireException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What a request loses between two dialects beyond what a codec refuses by name. Hints that change
 * no answer are left out and the answer says so ({@link Headers#LEFT_OUT}); what would change it is
 * refused. {@code docs/decisions/0009} has the table.
 */
final class Crossing {
    /**
     * Anthropic's betas, by how their names begin, that other models can do without: they let
     * members in, and codecs refuse those by name; or they are about caches, limits, billing, or
     * the way in which Claude itself thinks and streams.
     */
    private static final List<String> HARMLESS_BETAS =
            List.of(
                    "advanced-tool-use-",
                    "claude-code-",
                    "code-execution-",
                    "computer-use-",
                    "context-1m-",
                    "context-management-",
                    "effort-",
                    "extended-cache-ttl-",
                    "files-api-",
                    "fine-grained-tool-streaming-",
                    "interleaved-thinking-",
                    "mcp-client-",
                    "message-batches-",
                    "oauth-",
                    "output-128k-",
                    "pdfs-",
                    "prompt-caching-",
                    "structured-outputs-",
                    "token-counting-",
                    "token-efficient-tools-");

    private static final Set<Dialect> CLAUDES =
            EnumSet.of(Dialect.ANTHROPIC_MESSAGES, Dialect.BEDROCK_CONVERSE);

    private Crossing() {}

    /**
     * Lets no request through whose headers ask for what only its own provider does.
     *
     * @param headers of the caller, by lower-case name
     * @throws WireException then
     */
    static void check(Dialect from, Dialect to, Map<String, String> headers) {
        if (from == to) {
            return;
        }
        for (String beta : betas(headers)) {
            if (HARMLESS_BETAS.stream().noneMatch(beta::startsWith)) {
                throw new WireException(
                        "anthropic-beta", "this model is not Anthropic's and has no beta " + beta);
            }
        }
    }

    /**
     * Lets no request through that another dialect would take to mean something else.
     *
     * @throws WireException for an answer that is to be continued, by a model that begins another
     */
    static void check(Dialect from, Dialect to, String model, Conversation conversation) {
        boolean continues =
                from == Dialect.ANTHROPIC_MESSAGES
                        && to == Dialect.BEDROCK_CONVERSE
                        && model.contains("anthropic");
        List<Message> messages = conversation.messages();
        if (!messages.isEmpty() && messages.getLast().role() == Role.ASSISTANT && !continues) {
            String path = "messages[%d]".formatted(messages.size() - 1);
            throw new WireException(
                    path,
                    path
                            + " is the assistant's, and must be the user's or a tool's:"
                            + " this model cannot go on with an answer");
        }
    }

    /** The hints that are left out, by their names in the caller's dialect, sorted. */
    static Set<String> leftOut(
            Dialect from, Dialect to, Conversation conversation, Map<String, String> headers) {
        Set<String> leftOut = new TreeSet<>();
        if (!betas(headers).isEmpty()) {
            leftOut.add("anthropic-beta");
        }
        if (headers.containsKey("openai-beta")) {
            leftOut.add("openai-beta");
        }
        if (!CLAUDES.contains(to)
                && (conversation.tools().stream().anyMatch(tool -> tool.cached().isPresent())
                        || says(conversation, Part.CachePoint.class::isInstance))) {
            leftOut.add("cache_control");
        }
        if (says(conversation, part -> isForeignThought(part, to))) {
            leftOut.add("thinking");
        }
        boolean hasUser = to != Dialect.GEMINI && to != Dialect.BEDROCK_CONVERSE;
        if (conversation.user().isPresent() && !hasUser) {
            leftOut.add(from == Dialect.ANTHROPIC_MESSAGES ? "metadata.user_id" : "user");
        }
        return leftOut;
    }

    /** A thought that its provider has signed or hidden means nothing to another one. */
    private static boolean isForeignThought(Part part, Dialect to) {
        return switch (part) {
            case Part.RedactedThinking _ -> !CLAUDES.contains(to);
            case Part.Thinking thinking -> thinking.signature().isPresent() != CLAUDES.contains(to);
            default -> false;
        };
    }

    private static boolean says(Conversation conversation, Predicate<Part> what) {
        return conversation.messages().stream()
                .flatMap(message -> message.parts().stream())
                .anyMatch(
                        part ->
                                what.test(part)
                                        || (part instanceof Part.ToolResult result
                                                && result.content().stream().anyMatch(what)));
    }

    private static List<String> betas(Map<String, String> headers) {
        return Arrays.stream(headers.getOrDefault("anthropic-beta", "").split(",", -1))
                .map(String::strip)
                .filter(beta -> !beta.isEmpty())
                .toList();
    }
}
