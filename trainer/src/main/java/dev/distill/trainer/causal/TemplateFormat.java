package dev.distill.trainer.causal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.distill.files.Json;
import dev.distill.models.chat.Chat;
import dev.distill.models.chat.ChatTemplate;
import dev.distill.trainer.causal.ChatRow.Message;
import java.util.List;

/**
 * Conversations as a model's own chat template writes them: what the student is trained on is what
 * it is asked when it is served.
 */
public record TemplateFormat(ChatTemplate template) implements ChatFormat {
    @Override
    public String prompt(List<Message> messages) {
        return template.prompt(chat(messages));
    }

    @Override
    public String conversation(List<Message> messages) {
        return template.text(chat(messages));
    }

    private static Chat chat(List<Message> messages) {
        ArrayNode json = Json.array();
        messages.forEach(
                m -> json.addObject().put("role", m.role()).put("content", m.content()));
        return Chat.of(json);
    }
}
