package dev.distill.models.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.models.Calibration;
import dev.distill.models.Encoder.Mode;
import dev.distill.models.Precision;
import dev.distill.models.Prediction;
import dev.distill.models.Torch;
import dev.distill.models.causal.ChatModel.Ask;
import dev.distill.models.causal.ChatModel.Reply;
import dev.distill.models.causal.Generation.End;
import dev.distill.models.chat.Chat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatModelTest {
    private static final Path QWEN3 = Path.of("src/test/resources/golden/qwen3");
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir Path folder;

    @Test
    void aChatIsAnsweredAsTransformersAnswersIt() throws IOException {
        var golden = Json.parse(Files.readString(QWEN3.resolve("golden.json")));
        Chat chat = Chat.of(question(golden.path("chats").path(0)));
        try (ChatModel model = ChatModel.load(QWEN3, Precision.FP32, CLOCK)) {
            List<String> pieces = new ArrayList<>();
            Reply reply =
                    model.reply(
                                    List.of(ask(model.prompt(chat), List.of())),
                                    (_, piece, _) -> {
                                        pieces.add(piece);
                                        return true;
                                    })
                            .getFirst();

            String expected = golden.path("greedy_text").asText().replace("<|endoftext|>", "");
            assertThat(reply.text()).isEqualTo(expected);
            assertThat(reply.end()).isEqualTo(End.LENGTH);
            assertThat(reply.tokens()).hasSize(24);
            assertThat(pieces).hasSize(24);
            assertThat(expected).startsWith(String.join("", pieces));
        }
    }

    @Test
    void aStopStringEndsTheAnswerBeforeItself() throws IOException {
        var golden = Json.parse(Files.readString(QWEN3.resolve("golden.json")));
        Chat chat = Chat.of(question(golden.path("chats").path(0)));
        String text = golden.path("greedy_text").asText();
        try (ChatModel model = ChatModel.load(QWEN3, Precision.FP32, CLOCK)) {
            Reply reply = model.reply(List.of(ask(model.prompt(chat), List.of("nkat")))).getFirst();

            assertThat(reply.text()).isEqualTo(text.substring(0, text.indexOf("nkat")));
            assertThat(reply.end()).isEqualTo(End.LISTENER);
            assertThat(reply.tokens()).hasSizeLessThan(24);
        }
    }

    @Test
    void labelProbabilitiesAreThoseOfWholeAnswers() throws IOException {
        LabelTask task = new LabelTask(List.of("refund", "shipping", "a"), "You route requests.");
        classifierFolder(task);
        try (CausalClassifier classifier = CausalClassifier.load(folder, Precision.FP32, CLOCK);
                ChatModel model = ChatModel.load(QWEN3, Precision.FP32, CLOCK);
                NDManager manager = Torch.newManager();
                CausalLm lm = new CausalLm(manager, model.config(), Precision.FP32)) {
            Prediction prediction = classifier.classify(List.of("Where is my order?")).getFirst();

            var weights = Golden.read(manager, "qwen3").weights(manager).asMap();
            double[] expected = new double[3];
            double sum = 0;
            for (int i = 0; i < 3; i++) {
                var messages = Json.array();
                messages.addObject().put("role", "system").put("content", task.system());
                messages.addObject().put("role", "user").put("content", "Where is my order?");
                long[] prompt = model.prompt(Chat.of(messages));
                messages.addObject().put("role", "assistant").put("content", task.labels().get(i));
                long[] whole = model.whole(Chat.of(messages));
                NDArray logs =
                        Golden.logits(
                                        lm,
                                        weights,
                                        TokenRows.of(manager, List.of(whole)),
                                        Mode.INFERENCE)
                                .get(0)
                                .logSoftmax(1);
                double log = 0;
                // without the newline that the template writes after the end token
                for (int t = prompt.length; t < whole.length - 1; t++) {
                    log += logs.get(t - 1).getFloat(whole[t]);
                }
                expected[i] = Math.exp(log);
                sum += expected[i];
            }
            for (int i = 0; i < 3; i++) {
                assertThat(prediction.probabilities().get(i))
                        .isCloseTo(expected[i] / sum, within(1e-4));
            }
            int best = prediction.probabilities().indexOf(prediction.confidence());
            assertThat(prediction.label()).isEqualTo(task.labels().get(best));
            assertThat(prediction.truncated()).isFalse();
        }
    }

    @Test
    void aCalibrationChangesHowSureAClassifierIsAndNotWhatItSays() throws IOException {
        classifierFolder(new LabelTask(List.of("refund", "shipping"), ""));
        Prediction before = classify("Where is my order?");
        new Calibration(3, 10, 1, 1, 0, 0).write(folder);

        Prediction after = classify("Where is my order?");

        assertThat(after.label()).isEqualTo(before.label());
        double odds = before.probabilities().get(0) / before.probabilities().get(1);
        assertThat(after.probabilities().get(0) / after.probabilities().get(1))
                .isCloseTo(Math.cbrt(odds), within(1e-5));
    }

    private Prediction classify(String text) {
        try (CausalClassifier classifier = CausalClassifier.load(folder, Precision.FP32, CLOCK)) {
            return classifier.classify(List.of(text)).getFirst();
        }
    }

    @Test
    void aTextThatIsTooLongIsCutAndThePredictionTells() throws IOException {
        classifierFolder(new LabelTask(List.of("refund", "shipping"), ""));
        try (CausalClassifier classifier = CausalClassifier.load(folder, Precision.FP32, CLOCK)) {
            Prediction prediction = classifier.classify(List.of("order ".repeat(400))).getFirst();

            assertThat(prediction.truncated()).isTrue();
            assertThat(prediction.tokens()).isBetween(150, 254);
        }
    }

    @Test
    void aFolderWithoutLabelsIsNoClassifier() {
        assertThatThrownBy(() -> CausalClassifier.load(QWEN3, Precision.FP32, CLOCK))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("distill.labels is missing: no classifier");
    }

    private void classifierFolder(LabelTask task) throws IOException {
        try (var files = Files.list(QWEN3)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        Path config = folder.resolve("config.json");
        Files.writeString(config, task.addTo(Files.readString(config)));
    }

    private static JsonNode question(JsonNode chat) {
        var messages = Json.array();
        for (int i = 0; i < chat.size() - 1; i++) {
            messages.add(chat.get(i));
        }
        return messages;
    }

    private static Ask ask(long[] prompt, List<String> stops) {
        return new Ask(prompt, 24, Sampling.GREEDY, stops, 0);
    }
}
