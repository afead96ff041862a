package dev.distill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DistillationCheckTest {
    @TempDir private Path folder;

    @BeforeEach
    void writeTheFilesThatTheJobNames() throws IOException {
        for (String name : List.of("labels.txt", "prompt.md", "requests.jsonl", "gold.jsonl")) {
            Files.writeString(folder.resolve(name), "x");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ kind: head } | { loss: jsd } | loss is jsd, which a student of kind head cannot learn by",
                "{ kind: auto } | { loss: tvd } | loss is tvd, which a student of kind auto cannot",
                "{ kind: encoder } | { loss: uld } | loss is uld, which a student of kind encoder cannot",
                "{ kind: encoder } | { loss: topk_kl } | loss is topk_kl, which a student of kind encoder",
                "{ kind: causal-lm, causal_lm: { teacher: t } } | { loss: topk_kl } | loss is topk_kl, which is for a teacher that tells its likeliest",
                "{ kind: causal-lm } | { loss: reverse_kl } | loss is reverse_kl, which needs a teacher that tells everything",
                "{ kind: causal-lm } | { alpha: 0.3 } | kd does nothing for a causal-lm that learns the teacher's answers alone",
                "{ kind: causal-lm } | { loss: topk_kl, temperature: 2 } | temperature must be 1 for topk_kl, got 2.0"
            })
    void aLossThatTheStudentCannotLearnByIsRefusedByName(
            String student, String kd, String message) {
        assertThatThrownBy(() -> read(student, "{}", kd))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("job.yaml:")
                .hasMessageContaining(message)
                .hasMessageContaining("hint: ");
    }

    @Test
    void topKNeedsATeacherThatIsAskedForLogProbabilities() {
        assertThatThrownBy(
                        () ->
                                read(
                                        "{ kind: causal-lm }",
                                        "{ top_logprobs: 0 }",
                                        "{ loss: topk_kl }"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "teacher.top_logprobs is 0, but train.kd.loss: topk_kl learns from log-probabilities");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ kind: head } | { loss: forward_kl }",
                "{ kind: auto } | { alpha: 0.3 }",
                "{ kind: encoder } | { loss: tvd }",
                "{ kind: causal-lm } | {}",
                "{ kind: causal-lm } | { loss: topk_kl }",
                "{ kind: causal-lm } | { loss: topk_kl, temperature: 1 }",
                "{ kind: causal-lm, causal_lm: { teacher: t } } | { loss: uld, alpha: 0.3 }"
            })
    void whatTheStudentCanLearnByIsTaken(String student, String kd) throws IOException {
        assertThat(read(student, "{}", kd).value().train().kd()).isNotNull();
    }

    private ConfigFile<JobConfig> read(String student, String teacher, String kd)
            throws IOException {
        String trained = kd.equals("{}") ? "" : "train: { kd: " + kd + " }\n";
        String gate = student.contains("auto") ? "gate: { min_accuracy: 0.5 }\n" : "";
        String text =
                """
                version: 1
                name: intents
                task: { labels: labels.txt, prompt: prompt.md }
                data: { source: requests.jsonl, gold: gold.jsonl }
                student: %s
                teacher: %s
                """
                        .formatted(student, teacher);
        return JobFile.read(Files.writeString(folder.resolve("job.yaml"), text + trained + gate));
    }
}
