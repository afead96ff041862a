package dev.distill.trainer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.distill.config.ConfigText;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.StudentConfig;
import dev.distill.config.TrainConfig;
import dev.distill.config.UserError;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.models.Base;
import dev.distill.models.EncoderConfig;
import dev.distill.models.EncoderConfig.Dropout;
import dev.distill.models.Head;
import dev.distill.models.Precision;
import dev.distill.models.Torch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Everything that a training depends on.
 *
 * @param labels names of the labels; a row's label is an index into it
 * @param base the model to start from
 * @param work folder for {@code checkpoints/} and {@code metrics.jsonl}; a training that was
 *     interrupted goes on from there
 * @param output folder that receives the best student's {@code model.safetensors}
 */
public record TrainingJob(
        TrainConfig train,
        StudentConfig student,
        List<String> labels,
        Base base,
        List<TrainingRow> training,
        List<TrainingRow> validation,
        Path work,
        Path output) {
    public TrainingJob {
        labels = List.copyOf(labels);
        training = List.copyOf(training);
        validation = List.copyOf(validation);
    }

    /**
     * The student's shape: the base with a head for these labels.
     *
     * @throws UserError when the base cannot read texts of {@code max_length} tokens
     */
    public EncoderConfig encoder() {
        EncoderConfig config = base.config();
        int positions = config.size().positions();
        if (student.maxLength() > positions) {
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.of(
                                    "max_length must be <= %d for the base %s, got %d"
                                            .formatted(positions, base.name(), student.maxLength()))
                            .withHint("lower student.max_length"));
        }
        Head head = Head.of(config.architecture(), student.pooling());
        Dropout dropout = train.dropout().map(p -> new Dropout(p, p, p)).orElse(config.dropout());
        return config.withHead(head, labels, student.maxLength()).withDropout(dropout);
    }

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
        all.add(Json.object(settings)).add("encoder").add(precision().toString());
        labels.forEach(all::add);
        all.add(encoder().toJson());
        all.add(Digest.ofFile(base.tokenizerFile()).hex()).add(base.digest().hex());
        rows(all, training);
        rows(all, validation);
        return Digest.of(Json.line(all));
    }

    private static void rows(ArrayNode all, List<TrainingRow> rows) {
        ArrayNode array = all.addArray();
        for (TrainingRow row : rows) {
            ArrayNode values = array.addArray().add(row.id()).add(row.text()).add(row.label());
            for (float probability : row.teacher()) {
                values.add(probability);
            }
        }
    }
}
