package dev.distill.models.assistant;

import dev.distill.files.AtomicFile;
import dev.distill.models.ModelCard;
import dev.distill.models.causal.CausalConfig;
import dev.distill.models.causal.Family;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What is written beside the weights of a causal language model. */
public final class AssistantPackage {
    private static final String USE =
            """
            With transformers; the chat template is part of the package:

            ```python
            from transformers import AutoModelForCausalLM, AutoTokenizer
            tokenizer = AutoTokenizer.from_pretrained("PATH")
            model = AutoModelForCausalLM.from_pretrained("PATH")
            chat = [{"role": "system", "content": "SYSTEM PROMPT"}, {"role": "user", "content": "a text"}]
            ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", \
            return_dict=True)
            answer = model.generate(**ids, do_sample=False, max_new_tokens=256)[0, ids["input_ids"].shape[1]:]
            print(tokenizer.decode(answer, skip_special_tokens=True))
            ```\
            """;

    private AssistantPackage() {}

    /** The values of {@code model_type} that such a package may have. */
    public static List<String> modelTypes() {
        return Arrays.stream(Family.values()).map(Family::modelType).toList();
    }

    /** Writes or replaces the card. */
    public static void describe(Path folder, ModelCard card) {
        CausalConfig config = CausalConfig.read(folder.resolve("config.json"));
        AtomicFile.write(
                folder.resolve("README.md"),
                card.markdown(
                        new ModelCard.Student(
                                List.of(),
                                "It is a causal language model of the family "
                                        + config.family().modelType()
                                        + ".",
                                USE)));
    }
}
