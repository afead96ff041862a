package dev.distill.trainer.causal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.distill.config.CausalTrainConfig;
import dev.distill.config.ConfigText;
import dev.distill.config.TrainConfig;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.models.Precision;
import dev.distill.models.Torch;
import dev.distill.models.causal.CausalBase;
import dev.distill.trainer.causal.ChatRow.Message;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that the training of a causal language model depends on.
 *
 * @param maxLength most tokens of a row, prompt, answer and end token; longer rows are cut
 * @param base the model to start from
 * @param format how the student reads a conversation
 * @param teacher a model in the process that teaches
 * @param work folder for {@code checkpoints/} and {@code metrics.jsonl}; a training that was
 *     interrupted goes on from there
 * @param output folder that receives the best student
 */
public record CausalJob(
        TrainConfig train,
        CausalTrainConfig causal,
        int maxLength,
        CausalBase base,
        ChatFormat format,
        Optional<LocalTeacherFolder> teacher,
        List<ChatRow> training,
        List<ChatRow> validation,
        Path work,
        Path output) {
    public CausalJob {
        training = List.copyOf(training);
        validation = List.copyOf(validation);
    }

    /**
     * A teacher that is loaded into the process.
     *
     * @param format how it reads a conversation; matters where its tokenizer is not the student's
     */
    public record LocalTeacherFolder(CausalBase base, ChatFormat format) {}

    /** The arithmetic of the matrix products on this machine. */
    public Precision precision() {
        return switch (train.precision()) {
            case AUTO -> Torch.fastestPrecision();
            case BF16 -> Precision.BF16;
            case FP32 -> Precision.FP32;
        };
    }

    /**
     * Names everything that decides about the student's weights: two jobs of the same digest train
     * the same student. How often a checkpoint is written is not part of it.
     */
    public Digest digest() {
        Map<String, Object> settings = ConfigText.map(train);
        settings.remove("save_steps");
        settings.put("device", Torch.deviceKind());
        ArrayNode all = Json.array();
        all.add(Json.object(settings))
                .add(Json.object(ConfigText.map(causal)))
                .add(maxLength)
                .add(precision().toString())
                .add(base.digest().hex())
                .add(teacher.map(t -> t.base.digest().hex()).orElse(""));
        rows(all, training);
        rows(all, validation);
        return Digest.of(Json.line(all));
    }

    private void rows(ArrayNode all, List<ChatRow> rows) {
        ArrayNode array = all.addArray();
        for (ChatRow row : rows) {
            ArrayNode values = array.addArray().add(row.id()).add(format.prompt(row.prompt()));
            for (Message message : row.prompt()) {
                values.add(message.role()).add(message.content());
            }
            values.add(row.answer());
            for (TeacherToken token : row.teacher()) {
                values.add(HexFormat.of().formatHex(token.bytes()));
                token.top()
                        .forEach(
                                t ->
                                        values.add(HexFormat.of().formatHex(t.bytes()))
                                                .add(t.logProbability()));
            }
        }
    }
}
