package dev.distill.proxy.wire;

import dev.distill.proxy.wire.Conversation.Message;
import dev.distill.proxy.wire.Conversation.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * A conversation as most providers want it: the instructions apart, then turns of users and models
 * that alternate, with the results of functions at the start of the user's turn.
 *
 * @param system the parts of the system messages at the top
 */
record Turns(List<Part> system, List<Turn> turns) {
    /**
     * What one side says.
     *
     * @param role {@link Role#TOOL} never; results are part of what the user says
     * @param path of its first message, for complaints
     */
    record Turn(Role role, List<Part> parts, String path) {}

    /**
     * Splits a conversation.
     *
     * @throws WireException for a message that names its author, for which no provider but OpenAI
     *     has a word
     */
    static Turns of(Conversation conversation) {
        List<Part> system = new ArrayList<>();
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < conversation.messages().size(); i++) {
            Message message = conversation.messages().get(i);
            String path = "messages[" + i + "]";
            if (message.name().isPresent()) {
                throw new WireException(path + ".name", path + ".name is not supported");
            }
            if (message.role() == Role.SYSTEM && turns.isEmpty()) {
                system.addAll(message.parts());
            } else {
                add(message, path, turns);
            }
        }
        return new Turns(system, turns);
    }

    /** The same without system messages further down. */
    Turns withSystemAtTopOnly() {
        for (Turn turn : turns) {
            if (turn.role() == Role.SYSTEM) {
                throw new WireException(
                        turn.path(), "this model takes system messages at the top only");
            }
        }
        return this;
    }

    private static void add(Message message, String path, List<Turn> turns) {
        Role role = message.role() == Role.TOOL ? Role.USER : message.role();
        if (turns.isEmpty() || turns.getLast().role() != role) {
            turns.add(new Turn(role, new ArrayList<>(message.parts()), path));
            return;
        }
        List<Part> said = turns.getLast().parts();
        if (message.role() == Role.TOOL && !isResults(said)) {
            throw new WireException(path, "results of tools must follow the calls directly");
        }
        said.addAll(message.parts());
    }

    private static boolean isResults(List<Part> parts) {
        return parts.stream()
                .allMatch(p -> p instanceof Part.ToolResult || p instanceof Part.CachePoint);
    }
}
