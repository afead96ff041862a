package dev.distill.trainer.head;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.distill.config.ConfigText;
import dev.distill.config.ExitCode;
import dev.distill.config.HeadConfig;
import dev.distill.config.Problem;
import dev.distill.config.TrainConfig;
import dev.distill.config.UserError;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.models.Base;
import dev.distill.models.EncoderConfig;
import dev.distill.models.Head;
import dev.distill.models.Precision;
import dev.distill.models.Torch;
import dev.distill.models.head.HeadShape;
import dev.distill.trainer.TrainingRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that the training of a student of kind {@code head} depends on.
 *
 * @param train of it, {@code kd}, {@code precision} (of the embeddings) and {@code seed} matter
 * @param maxLength most tokens of a text
 * @param labels names of the labels; a row's label is an index into it
 * @param base the encoder
 * @param embeddings folder that keeps the texts' embeddings; trainings may share it
 * @param work folder for {@code checkpoints/} and {@code metrics.jsonl}; a training that was
 *     interrupted goes on from there
 * @param output folder that receives the best epoch's {@code head.safetensors}
 */
public record HeadJob(
        HeadConfig config,
        TrainConfig train,
        int maxLength,
        List<String> labels,
        Base base,
        List<TrainingRow> training,
        List<TrainingRow> validation,
        Path embeddings,
        Path work,
        Path output) {
    public HeadJob {
        labels = List.copyOf(labels);
        training = List.copyOf(training);
        validation = List.copyOf(validation);
    }

    /**
     * The student's shape.
     *
     * @throws UserError when the base cannot read texts of {@code max_length} tokens, or no layer
     *     can be made
     */
    public HeadShape shape() {
        EncoderConfig encoder = base.config();
        int positions = encoder.size().positions();
        List<Problem> problems = new ArrayList<>();
        if (maxLength > positions) {
            problems.add(
                    Problem.of(
                                    "max_length must be <= %d for the base %s, got %d"
                                            .formatted(positions, base.name(), maxLength))
                            .withHint("lower student.max_length"));
        }
        if (config.hiddenSizes().stream().anyMatch(size -> size < 1)) {
            problems.add(Problem.of("hidden_sizes must be >= 1, got " + config.hiddenSizes()));
        }
        if (!problems.isEmpty()) {
            throw new UserError(ExitCode.INVALID_INPUT, problems);
        }
        return new HeadShape(
                encoder.withHead(Head.MEAN, List.of(), maxLength), config.hiddenSizes(), labels);
    }

    /** The arithmetic in which texts are embedded for the training on this machine. */
    public Precision precision() {
        return switch (train.precision()) {
            case AUTO -> Torch.fastestPrecision();
            case BF16 -> Precision.BF16;
            case FP32 -> Precision.FP32;
        };
    }

    /** Names everything that decides about the vector of a text. */
    Digest encoder() {
        return Digest.of(
                String.join(
                        "\n",
                        base.digest().hex(),
                        Digest.ofFile(base.tokenizerFile()).hex(),
                        shape().encoder().toJson(),
                        precision().name(),
                        Torch.deviceKind()));
    }

    /**
     * Names everything that decides about the student's weights: two jobs of the same digest train
     * the same student.
     */
    public Digest digest() {
        ArrayNode all = Json.array();
        all.add(Json.object(ConfigText.map(config)));
        all.add(Json.object(ConfigText.map(train.kd()))).add(train.seed()).add(encoder().hex());
        labels.forEach(all.addArray()::add);
        rows(all.addArray(), training);
        rows(all.addArray(), validation);
        return Digest.of(Json.line(all));
    }

    private static void rows(ArrayNode all, List<TrainingRow> rows) {
        for (TrainingRow row : rows) {
            ArrayNode values = all.addArray().add(row.id()).add(row.text()).add(row.label());
            for (float probability : row.teacher()) {
                values.add(probability);
            }
        }
    }
}
