package dev.distill.models.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import dev.distill.models.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * A chat with the prompt and the tokens that a student was trained with, kept in its folder as
 * prompt_proof.json. Whoever serves the student renders and tokenizes the chat again and compares:
 * another template, tokenizer or set of special tokens beside the weights is found before the first
 * answer, not by its quality.
 *
 * @param chat what is rendered
 * @param prompt its text, up to where the answer begins
 * @param tokens the numbers of the prompt's tokens
 */
public record PromptProof(Chat chat, String prompt, List<Long> tokens) {
    private static final String FILE = "prompt_proof.json";

    public PromptProof {
        tokens = List.copyOf(tokens);
    }

    /**
     * What a template and a tokenizer make of a chat now.
     *
     * @throws UserError when the template refuses the chat, or the prompt begins with the same
     *     beginning token twice
     */
    public static PromptProof of(ChatTemplate template, Tokenizer tokenizer, Chat chat) {
        String prompt = template.prompt(chat);
        refuseTwoBeginnings(template, prompt);
        List<Long> tokens = LongStream.of(tokenizer.plain(prompt)).boxed().toList();
        return new PromptProof(chat, prompt, tokens);
    }

    /** With two of them the model stands where it never stood in training. */
    private static void refuseTwoBeginnings(ChatTemplate template, String prompt) {
        template.tokens()
                .beginning()
                .filter(token -> !token.isEmpty() && prompt.startsWith(token + token))
                .ifPresent(
                        token -> {
                            throw template.wrong(
                                    "the prompt begins with %s twice".formatted(token),
                                    "the template writes it, so no message must begin with it");
                        });
    }

    /** Writes the file into a student's folder. */
    public void write(Path folder) {
        ObjectNode json = Json.object();
        json.set("messages", chat.messages());
        chat.tools().ifPresent(tools -> json.set("tools", tools));
        if (!chat.variables().isEmpty()) {
            chat.variables().forEach(json.putObject("variables")::set);
        }
        json.put("prompt", prompt);
        tokens.forEach(json.putArray("tokens")::add);
        AtomicFile.write(folder.resolve(FILE), Json.line(json) + "\n");
    }

    /**
     * The proof in a student's folder; empty when it has none.
     *
     * @throws UserError when the file is not one
     */
    public static Optional<PromptProof> read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            JsonNode json = Json.parse(Files.readString(file));
            if (!json.path("messages").isArray()
                    || !json.path("prompt").isTextual()
                    || !(json.path("tokens") instanceof ArrayNode numbers)) {
                throw UserError.invalid(
                        Location.of(file), "messages, prompt and tokens must be there");
            }
            Chat chat = Chat.of(json.get("messages"));
            if (json.has("tools")) {
                chat = chat.withTools(json.get("tools"));
            }
            for (var variable : json.path("variables").properties()) {
                chat = chat.with(variable.getKey(), variable.getValue());
            }
            List<Long> tokens = numbers.valueStream().map(JsonNode::longValue).toList();
            return Optional.of(new PromptProof(chat, json.get("prompt").textValue(), tokens));
        } catch (JsonProcessingException e) {
            throw UserError.invalid(Location.of(file), "not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }

    /**
     * Compares with what a template and a tokenizer make of the chat now.
     *
     * @param vocabulary how many tokens the model knows
     * @throws UserError naming the first difference, or a token that the model does not know
     */
    public void check(ChatTemplate template, Tokenizer tokenizer, int vocabulary) {
        PromptProof now = of(template, tokenizer, chat);
        if (!now.prompt.equals(prompt)) {
            int at = firstDifference(now.prompt, prompt);
            throw template.wrong(
                    "the chat template writes another prompt than in training: at character %d %s instead of %s"
                            .formatted(at, excerpt(now.prompt, at), excerpt(prompt, at)),
                    "put back the template and the special tokens that were beside the weights");
        }
        for (int i = 0; i < Math.max(tokens.size(), now.tokens.size()); i++) {
            String before = i < tokens.size() ? tokens.get(i).toString() : "none";
            String after = i < now.tokens.size() ? now.tokens.get(i).toString() : "none";
            if (!before.equals(after)) {
                throw template.wrong(
                        "the tokenizer gives other tokens than in training: at %d %s instead of %s"
                                .formatted(i, after, before),
                        "put back the tokenizer.json that was beside the weights");
            }
        }
        tokens.stream()
                .filter(token -> token >= vocabulary)
                .findFirst()
                .ifPresent(
                        token -> {
                            throw template.wrong(
                                    "the tokenizer gives the token %d, the model has only %d"
                                            .formatted(token, vocabulary),
                                    "the tokenizer is that of another model");
                        });
    }

    private static int firstDifference(String left, String right) {
        int at = 0;
        while (at < Math.min(left.length(), right.length())
                && left.charAt(at) == right.charAt(at)) {
            at++;
        }
        return at;
    }

    private static String excerpt(String text, int at) {
        String part = text.substring(at, Math.min(text.length(), at + 20));
        return Json.line(Json.array().textNode(part));
    }
}
