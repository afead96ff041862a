package dev.distill.models.causal;

import dev.distill.files.AtomicFile;
import dev.distill.models.ModelCard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A causal student as a folder: the decoder in the Hugging Face layout, with its tokenizer, chat
 * template and README.md. {@link ChatModel} loads it, or {@link CausalClassifier} where config.json
 * has a {@link LabelTask}.
 */
public final class CausalPackage {
    /**
     * The day that chat templates with a date in them write, in training and in serving: a student
     * sees no prompt that it was not trained with, and equal inputs train equal students.
     */
    public static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

    private static final String CONFIG = "config.json";
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
            answer = model.generate(**ids, do_sample=False, max_new_tokens=256)
            print(tokenizer.decode(answer[0, ids["input_ids"].shape[1]:], skip_special_tokens=True))
            ```\
            """;

    private CausalPackage() {}

    /** The values of {@code model_type} that such a package may have. */
    public static List<String> modelTypes() {
        return Arrays.stream(Family.values()).map(Family::modelType).toList();
    }

    /** The labels that a package chooses from; empty for one that writes its answers. */
    public static Optional<LabelTask> labels(Path folder) {
        return LabelTask.read(folder.resolve(CONFIG));
    }

    /** Makes a classifier of a package. */
    public static void choose(Path folder, LabelTask task) {
        Path config = folder.resolve(CONFIG);
        try {
            AtomicFile.write(config, task.addTo(Files.readString(config)));
        } catch (IOException e) {
            throw AtomicFile.unreadable(config, e);
        }
    }

    /** Writes the card, or replaces it for figures that became known after it was written. */
    public static void describe(Path folder, ModelCard card) {
        Family family = CausalConfig.read(folder.resolve(CONFIG)).family();
        String nature =
                "It is a causal language model of the family %s, and started from `%s` (licence: %s)."
                        .formatted(family.modelType(), card.base(), card.baseLicence());
        List<String> labels = labels(folder).map(LabelTask::labels).orElse(List.of());
        AtomicFile.write(
                folder.resolve("README.md"),
                card.markdown(new ModelCard.Student(labels, nature, USE)));
    }
}
