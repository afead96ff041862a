package dev.distill.serving;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.models.causal.ChatModel;
import dev.distill.models.causal.ChatModel.Reply;
import dev.distill.models.causal.Generation.End;
import dev.distill.models.causal.Generation.Token;
import dev.distill.serving.Completions.Head;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes one answer of a language model as a chat completion, as a whole or in chunks. */
final class ChatWriter {
    private final ChatModel student;
    private final Head head;
    private final int promptTokens;
    private final boolean logprobs;

    /**
     * @param logprobs whether the answer tells the log-probabilities of its tokens
     */
    ChatWriter(ChatModel student, Head head, int promptTokens, boolean logprobs) {
        this.student = student;
        this.head = head;
        this.promptTokens = promptTokens;
        this.logprobs = logprobs;
    }

    /** The whole answer. */
    ObjectNode whole(Reply reply) {
        ObjectNode choice = Json.object().put("index", 0);
        choice.putObject("message").put("role", "assistant").put("content", reply.text());
        choice.set("logprobs", logprobs ? logprobs(reply.tokens()) : null);
        choice.put("finish_reason", reason(reply));
        return Completions.completion(head, choice, promptTokens, reply.tokens().size());
    }

    /** The first chunk. */
    ObjectNode begin() {
        return chunk(Json.object().put("role", "assistant").put("content", ""));
    }

    /**
     * More text.
     *
     * @param tokens those that came with it
     */
    ObjectNode more(String text, List<Token> tokens) {
        ObjectNode chunk = chunk(Json.object().put("content", text));
        if (logprobs) {
            ((ObjectNode) chunk.at("/choices/0")).set("logprobs", logprobs(tokens));
        }
        return chunk;
    }

    /** Why there is no more. */
    ObjectNode end(Reply reply) {
        ObjectNode chunk = chunk(Json.object());
        ((ObjectNode) chunk.at("/choices/0")).put("finish_reason", reason(reply));
        return chunk;
    }

    /** The last chunk. */
    ObjectNode usage(Reply reply) {
        ObjectNode chunk = head.object("chat.completion.chunk");
        chunk.putArray("choices");
        chunk.set("usage", Completions.usage(promptTokens, reply.tokens().size()));
        return chunk;
    }

    private ObjectNode chunk(ObjectNode delta) {
        ObjectNode chunk = head.object("chat.completion.chunk");
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.putNull("logprobs");
        choice.putNull("finish_reason");
        return chunk;
    }

    private static String reason(Reply reply) {
        return reply.end() == End.LENGTH ? "length" : "stop";
    }

    /** Of the tokens of the answer, without the one that ended it. */
    private ObjectNode logprobs(List<Token> tokens) {
        ObjectNode node = Json.object();
        ArrayNode content = node.putArray("content");
        for (Token token : tokens) {
            if (!student.defaults().stopTokens().contains(token.id())) {
                ObjectNode one = content.addObject();
                fill(one, token);
                ArrayNode alternatives = one.putArray("top_logprobs");
                token.alternatives().forEach(other -> fill(alternatives.addObject(), other));
            }
        }
        return node;
    }

    private void fill(ObjectNode node, Token token) {
        String text = student.text(token.id());
        node.put("token", text).put("logprob", token.logProbability());
        ArrayNode bytes = node.putArray("bytes");
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(Byte.toUnsignedInt(value));
        }
    }
}
