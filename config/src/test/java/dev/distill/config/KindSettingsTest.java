package dev.distill.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KindSettingsTest {
    @TempDir private Path folder;

    @Test
    void aKindHasItsOwnKeysWithTheirDefaultsAndNoOthers() throws IOException {
        JobConfig job = job("{ kind: linear, linear: { max_word_ngram: 3 } }");

        assertThat(KindSettings.of(job, StudentConfig.Kind.LINEAR))
                .containsEntry("student.kind", "linear")
                .containsEntry("student.linear.max_word_ngram", "3")
                .containsEntry("student.linear.c", "1.0")
                .containsEntry("train.seed", "7")
                .doesNotContainKeys("student.base", "train.learning_rate", "train.kd.alpha");
    }

    @Test
    void aKindThatAutoTriesIsNamedWithTheBaseThatItStartsFrom() throws IOException {
        JobConfig job = job("{ kind: auto, causal_base: qwen }\ngate: { min_accuracy: 0.9 }");

        assertThat(KindSettings.of(job, StudentConfig.Kind.HEAD))
                .containsEntry("student.kind", "head")
                .containsEntry("student.base", "minilm-l6")
                .containsEntry("student.head.hidden_sizes", "[512]")
                .containsEntry("train.kd.alpha", "0.5")
                .doesNotContainKeys("student.causal_base", "train.num_train_epochs");
        assertThat(KindSettings.of(job, StudentConfig.Kind.CAUSAL_LM))
                .containsEntry("student.kind", "causal-lm")
                .containsEntry("student.base", "qwen")
                .containsEntry("student.causal_lm.lora.r", "16")
                .containsEntry("train.num_train_epochs", "5");
    }

    private JobConfig job(String student) throws IOException {
        for (String file : new String[] {"a.jsonl", "labels.txt", "prompt.md", "proxy.yaml"}) {
            Files.writeString(folder.resolve(file), "");
        }
        Path job = folder.resolve("job.yaml");
        Files.writeString(
                job,
                """
                version: 1
                name: tiny
                task: { labels: labels.txt, prompt: prompt.md }
                data: { source: a.jsonl, gold: a.jsonl }
                student: %s
                """
                        .formatted(student));
        return JobFile.read(job).value();
    }
}
