package dev.distill.models.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.models.chat.jinja.Rendered;
import dev.distill.models.chat.jinja.Template;
import dev.distill.models.chat.jinja.TemplateError;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/**
 * How a model wants its messages written: its own Jinja template, rendered byte for byte as
 * transformers' {@code apply_chat_template} does. The special tokens are in the text; it must be
 * tokenized as it stands ({@link dev.distill.models.Tokenizer#plain}), or they come twice.
 *
 * <p>Immutable and thread-safe.
 */
public final class ChatTemplate {
    private static final String DEFAULT = "default";
    private static final String TOOLS = "tool_use";

    private final Path folder;
    private final Map<String, TemplateFiles.Named> byName;
    private final SpecialTokens tokens;
    private final Clock clock;

    private ChatTemplate(
            Path folder,
            Map<String, TemplateFiles.Named> byName,
            SpecialTokens tokens,
            Clock clock) {
        this.folder = folder;
        this.byName = byName;
        this.tokens = tokens;
        this.clock = clock;
    }

    /**
     * The template of the model in a folder: chat_template.jinja (with those of chat_templates/),
     * or {@code chat_template} in tokenizer_config.json.
     *
     * @param clock the day that templates with a date in the system message write
     * @throws UserError when there is none, or it is not well-formed
     */
    public static ChatTemplate load(Path folder, Clock clock) {
        TemplateFiles files = new TemplateFiles(folder);
        return new ChatTemplate(folder, files.templates(), files.specialTokens(), clock);
    }

    /** Whether the model in a folder has a template. */
    public static boolean isIn(Path folder) {
        return new TemplateFiles(folder).exist();
    }

    /** The special tokens that the template may name. */
    public SpecialTokens tokens() {
        return tokens;
    }

    /** The template itself, as it was read: the one for chats without tools. */
    public String source() {
        return named(DEFAULT).source();
    }

    /**
     * All of a chat, its last answer included.
     *
     * @throws UserError when the template refuses the chat or cannot be rendered
     */
    public String text(Chat chat) {
        return render(chat, false).text();
    }

    /**
     * A chat up to where the model's next answer begins.
     *
     * @throws UserError when the template refuses the chat or cannot be rendered
     */
    public String prompt(Chat chat) {
        return render(chat, true).text();
    }

    /**
     * All of a chat, and which parts of it the model itself said, where the template tells by
     * {@code generation} blocks.
     */
    public Rendered marked(Chat chat) {
        return render(chat, false);
    }

    /** An error about this model's prompts, and what to do about it. */
    UserError wrong(String message, String hint) {
        return UserError.invalid(Location.of(folder), message, hint);
    }

    private Rendered render(Chat chat, boolean addGenerationPrompt) {
        Map<String, Object> variables = new HashMap<>(tokens.byRole());
        variables.put("messages", JsonValues.of(chat.messages()));
        variables.put("tools", chat.tools().map(JsonValues::of).orElse(Template.NONE));
        variables.put("documents", Template.NONE);
        variables.put("add_generation_prompt", addGenerationPrompt);
        for (Map.Entry<String, JsonNode> variable : chat.variables().entrySet()) {
            variables.put(variable.getKey(), JsonValues.of(variable.getValue()));
        }
        TemplateFiles.Named template =
                named(chat.tools().isPresent() && byName.containsKey(TOOLS) ? TOOLS : DEFAULT);
        try {
            return template.parsed().render(variables, clock);
        } catch (TemplateError e) {
            throw template.failed(e);
        }
    }

    private TemplateFiles.Named named(String name) {
        TemplateFiles.Named template = byName.get(name);
        if (template == null) {
            throw UserError.invalid(
                    Location.of(folder),
                    "there are several chat templates but no default one: "
                            + String.join(", ", byName.keySet()));
        }
        return template;
    }
}
