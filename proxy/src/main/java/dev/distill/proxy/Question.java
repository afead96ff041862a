package dev.distill.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Codecs;
import dev.distill.proxy.wire.Conversation;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Envelope;
import dev.distill.proxy.wire.WireException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one caller asks, in whatever dialect a provider wants to be asked. In the caller's own it is
 * passed on byte for byte, but for the name of the model.
 */
final class Question {
    /** The dialects that others are translated to, the ones with most words first. */
    private static final List<Dialect> TRANSLATABLE =
            List.of(
                    Dialect.OPENAI_CHAT,
                    Dialect.ANTHROPIC_MESSAGES,
                    Dialect.GEMINI,
                    Dialect.BEDROCK_CONVERSE);

    private final Dialect dialect;
    private final Envelope envelope;
    private final byte[] body;
    private @Nullable ObjectNode tree;
    private @Nullable Conversation conversation;

    /**
     * @param body the request as it came, which nobody changes
     */
    Question(Dialect dialect, Envelope envelope, byte[] body) {
        this.dialect = dialect;
        this.envelope = envelope;
        this.body = body;
    }

    /** A request that is not quite what came. */
    static Question of(Dialect dialect, ObjectNode tree) {
        byte[] body = Json.bytes(tree);
        return new Question(dialect, Envelope.read(dialect, body), body);
    }

    /** Its length. */
    int bytes() {
        return body.length;
    }

    /** The caller's own dialect. */
    Dialect dialect() {
        return dialect;
    }

    Envelope envelope() {
        return envelope;
    }

    /** Which of the dialects that a provider speaks it is asked in. */
    Optional<Dialect> dialectFor(Set<Dialect> spoken) {
        if (spoken.contains(dialect)) {
            return Optional.of(dialect);
        }
        return dialect == Dialect.OPENAI_EMBEDDINGS
                ? Optional.empty()
                : TRANSLATABLE.stream().filter(spoken::contains).findFirst();
    }

    /**
     * The body of the request to a provider.
     *
     * @throws WireException when it asks for something that the dialect has no word for
     */
    byte[] bodyFor(Dialect target, String model) {
        if (target == dialect) {
            return envelope.stream() && dialect == Dialect.OPENAI_CHAT
                    ? envelope.withModelAndUsage(model)
                    : envelope.withModel(model);
        }
        Crossing.check(dialect, target, model, conversation());
        return Json.bytes(Codecs.forProvider(target).writeRequest(conversation(), model));
    }

    /**
     * The hints that are left out when it is asked in a dialect.
     *
     * @param headers of its caller, by lower-case name
     */
    Set<String> leftOut(Dialect target, Map<String, String> headers) {
        return target == dialect
                ? Set.of()
                : Crossing.leftOut(dialect, target, conversation(), headers);
    }

    /**
     * The request as JSON; the model's name is the caller's.
     *
     * @throws WireException when it holds what is JSON but cannot be held, such as a number of a
     *     thousand digits
     */
    synchronized ObjectNode tree() {
        ObjectNode known = tree;
        if (known == null) {
            known = parse(body);
            tree = known;
        }
        return known;
    }

    private synchronized Conversation conversation() {
        Conversation known = conversation;
        if (known == null) {
            known = Codecs.forCaller(dialect).readRequest(tree());
            conversation = known;
        }
        return known;
    }

    private static ObjectNode parse(byte[] body) {
        try {
            return (ObjectNode) Json.parse(body);
        } catch (JsonProcessingException e) {
            String message = "the body cannot be read (%s)".formatted(Json.where(e));
            throw new WireException("body", message);
        } catch (IOException _) {
            throw new WireException("body", "the body is not UTF-8");
        }
    }
}
