package dev.distill.pipeline;

import dev.distill.config.TrainConfig.Loss;
import dev.distill.datasets.AnswerFormat;
import dev.distill.datasets.AnswerRow;
import dev.distill.datasets.DatasetFolder;
import dev.distill.trainer.causal.ChatRow;
import dev.distill.trainer.causal.ChatRow.Message;
import java.util.List;

/**
 * A curated dataset as the conversations that a language model learns from: the teacher's own
 * request, system prompt and text, and what its answer means.
 *
 * <p>By {@code topk_kl} the student also learns what the teacher thought of each token. A teacher
 * says how likely its own words are, not those of another spelling of its JSON: the student then
 * learns that as it came.
 */
record ChatRows(List<ChatRow> training, List<ChatRow> validation) {
    ChatRows {
        training = List.copyOf(training);
        validation = List.copyOf(validation);
    }

    static ChatRows of(Job job, StageOutput curate) {
        DatasetFolder dataset = new DatasetFolder(curate.folder());
        return new ChatRows(rows(job, dataset.train()), rows(job, dataset.validation()));
    }

    private static List<ChatRow> rows(Job job, List<AnswerRow> answers) {
        return answers.stream().map(answer -> row(job, answer)).toList();
    }

    private static ChatRow row(Job job, AnswerRow row) {
        List<Message> prompt =
                List.of(new Message("system", job.systemPrompt()), new Message("user", row.text()));
        String meaning = row.label().orElseThrow();
        if (job.config().train().kd().loss() != Loss.TOPK_KL) {
            return new ChatRow(row.id(), prompt, meaning);
        }
        boolean json = job.format() instanceof AnswerFormat.JsonText;
        String answer = json ? row.answer().strip() : meaning;
        return new ChatRow(
                row.id(), prompt, answer, TeacherTokens.spelling(answer, row.logprobs()));
    }
}
