package dev.distill.models.causal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.models.Calibration;
import dev.distill.models.Classifier;
import dev.distill.models.Precision;
import dev.distill.models.Prediction;
import dev.distill.models.chat.Chat;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;

/**
 * A causal student that names one of its labels: the probability of a label is that of its whole
 * text with the end token as the answer, among those of all labels, at the temperature of the
 * package's {@link Calibration}.
 *
 * <p>Not thread-safe; whoever loaded it closes it.
 */
public final class CausalClassifier implements Classifier {
    private final ChatModel model;
    private final LabelTask task;
    private final Calibration calibration;
    private final Likelihoods likelihoods;
    private final List<long[]> answers;
    private final int room; // most tokens of a prompt

    private CausalClassifier(Path folder, ChatModel model, LabelTask task) {
        this.model = model;
        this.task = task;
        this.calibration = Calibration.read(folder);
        this.likelihoods = model.likelihoods();
        this.answers = task.labels().stream().map(label -> answer(folder, label)).toList();
        int longest = answers.stream().mapToInt(answer -> answer.length).max().orElseThrow();
        this.room = model.config().size().positions() - longest;
    }

    /**
     * Loads a package whose config.json has a {@link LabelTask}.
     *
     * @throws UserError when a file is missing or damaged, or the files do not fit together
     */
    public static CausalClassifier load(Path folder, Precision precision, Clock clock) {
        Path config = folder.resolve("config.json");
        LabelTask task =
                LabelTask.read(config)
                        .orElseThrow(
                                () ->
                                        UserError.invalid(
                                                Location.of(config),
                                                "distill.labels is missing: no classifier"));
        ChatModel model = ChatModel.load(folder, precision, clock);
        try {
            return new CausalClassifier(folder, model, task);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    @Override
    public List<String> labels() {
        return task.labels();
    }

    @Override
    public long parameterCount() {
        return model.parameterCount();
    }

    @Override
    public List<Prediction> classify(List<String> texts) {
        return texts.stream().map(this::classify).toList();
    }

    private Prediction classify(String text) {
        String kept = text;
        long[] prompt = prompt(kept);
        while (prompt.length > room && !kept.isEmpty()) {
            // How many tokens a part of the text has, is known only once it is in the template.
            long share = Math.min(kept.length() - 1L, (long) kept.length() * room / prompt.length);
            kept = kept.substring(0, (int) share);
            prompt = prompt(kept);
        }
        double[] logs = likelihoods.of(prompt, answers);
        double most = Arrays.stream(logs).max().orElseThrow();
        float[] scores = new float[logs.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) (logs[i] - most); // the likeliest ones keep their digits
        }
        return calibration.prediction(task.labels(), scores, 0, prompt.length, !kept.equals(text));
    }

    private long[] prompt(String text) {
        return model.prompt(chat(text));
    }

    /** The tokens of a label after the prompt's, up to the end token. */
    private long[] answer(Path folder, String label) {
        Chat chat = chat("");
        long[] prompt = model.prompt(chat);
        ((ArrayNode) chat.messages()).addObject().put("role", "assistant").put("content", label);
        long[] whole = model.whole(chat);
        int end = prompt.length;
        while (end < whole.length && !model.defaults().stopTokens().contains(whole[end])) {
            end++;
        }
        boolean goesOn = Arrays.equals(prompt, 0, prompt.length, whole, 0, prompt.length);
        if (end == whole.length || !goesOn) {
            throw UserError.invalid(
                    Location.of(folder),
                    "the chat template writes no answer '%s' that ends with one of the tokens %s"
                            .formatted(label, model.defaults().stopTokens()));
        }
        return Arrays.copyOfRange(whole, prompt.length, end + 1);
    }

    private Chat chat(String text) {
        ArrayNode messages = Json.array();
        if (!task.system().isEmpty()) {
            messages.addObject().put("role", "system").put("content", task.system());
        }
        messages.addObject().put("role", "user").put("content", text);
        return Chat.of(messages);
    }

    @Override
    public void close() {
        model.close();
    }
}
