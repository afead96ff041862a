package dev.distill.trainer.causal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.TrainConfig.Kd;
import dev.distill.config.TrainConfig.Loss;
import dev.distill.files.Json;
import dev.distill.models.Tokenizer;
import dev.distill.trainer.TrainingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A teacher that reads letter by letter, with two of its letters numbered the other way round. */
class ForeignReadingTest {
    @TempDir private Path folder;

    @Test
    void placesThatBeginAtTheSameByteBelongTogether() throws IOException {
        Path teacher = teacher();
        ChatRow row = new ChatRow("row", List.of(new ChatRow.Message("user", "Hi")), "shipping");
        try (Tokenizer own = Tokenizer.load(CausalTrainings.LLAMA.resolve("tokenizer.json"));
                Tokenizer other = Tokenizer.load(teacher.resolve("tokenizer.json"))) {
            Sample student = sample(own, row);
            Sample theirs = sample(other, row);
            ForeignReading reading = ForeignReading.of(student, own, theirs, other);

            assertThat(student.targets()).isEqualTo(3); // two words and the end
            assertThat(theirs.targets()).isEqualTo(9); // eight letters and the end
            int second = own.text(new long[] {student.tokens()[student.learned()]}).length();
            assertThat(reading.places()).containsExactly(0, second, 8);
        }
    }

    @Test
    void itsSortedProbabilitiesAreFollowed() throws IOException {
        List<Double> losses = new ArrayList<>();
        new CausalTrainer(InstantSource.system())
                .train(
                        CausalTrainings.config()
                                .teacher(teacher())
                                .kd(new Kd(Loss.ULD, 1, 1, 0.5, 0.1))
                                .epochs(4)
                                .job(folder),
                        event -> {
                            if (event instanceof TrainingEvent.Step step) {
                                losses.add(step.loss());
                            }
                        },
                        () -> false);

        assertThat(losses).hasSize(20).allMatch(loss -> loss > 0);
        assertThat(losses.getLast()).isLessThan(losses.getFirst());
    }

    private static Sample sample(Tokenizer tokenizer, ChatRow row) {
        return new Samples(tokenizer, CausalTrainings.CHAT_ML, Set.of(2L), 64)
                .of(List.of(row))
                .getFirst();
    }

    private Path teacher() throws IOException {
        Path teacher = folder.resolve("teacher");
        CausalTrainerTest.copy(CausalTrainings.LLAMA, teacher);
        Path file = teacher.resolve("tokenizer.json");
        ObjectNode json = (ObjectNode) Json.parse(Files.readString(file));
        ObjectNode model = (ObjectNode) json.get("model");
        model.putArray("merges");
        ObjectNode words = (ObjectNode) model.get("vocab");
        JsonNode x = words.get("x");
        words.set("x", words.get("z"));
        words.set("z", x);
        Files.writeString(file, Json.line(json));
        return teacher;
    }
}
