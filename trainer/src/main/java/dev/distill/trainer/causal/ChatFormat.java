package dev.distill.trainer.causal;

import dev.distill.trainer.causal.ChatRow.Message;
import java.util.List;

/** How a student reads a conversation as text; special tokens are part of the text. */
public interface ChatFormat {
    /** The conversation up to the place where the assistant begins to answer. */
    String prompt(List<Message> messages);

    /** The conversation, the assistant's answer at its end. */
    String conversation(List<Message> messages);
}
