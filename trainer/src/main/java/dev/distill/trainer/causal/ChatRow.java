package dev.distill.trainer.causal;

import java.util.List;

/**
 * One conversation to learn from: what was said, and what is to be answered.
 *
 * @param id names the row in messages and lineage
 * @param prompt what was said before the answer, the last of it by the user
 * @param answer the assistant's
 * @param teacher the teacher's tokens of the answer with their likeliest alternatives, in order;
 *     empty where the teacher told only its answer
 */
public record ChatRow(
        String id, List<Message> prompt, String answer, List<TeacherToken> teacher) {
    public ChatRow {
        prompt = List.copyOf(prompt);
        teacher = List.copyOf(teacher);
    }

    /** A row whose teacher told only its answer. */
    public ChatRow(String id, List<Message> prompt, String answer) {
        this(id, prompt, answer, List.of());
    }

    /**
     * One turn of a conversation.
     *
     * @param role system, user or assistant
     */
    public record Message(String role, String content) {}
}
