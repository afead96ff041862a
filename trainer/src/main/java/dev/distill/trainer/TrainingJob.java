package dev.distill.trainer;

import dev.distill.config.StudentConfig;
import dev.distill.config.TrainConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * Everything that a training depends on.
 *
 * @param labels names of the labels; a row's label is an index into it
 * @param base folder of the model to start from, in the Hugging Face layout
 * @param work folder for {@code checkpoints/} and {@code metrics.jsonl}; a training that was
 *     interrupted goes on from there
 * @param output folder that receives the best student's {@code model.safetensors}
 */
public record TrainingJob(
        TrainConfig train,
        StudentConfig student,
        List<String> labels,
        Path base,
        List<TrainingRow> training,
        List<TrainingRow> validation,
        Path work,
        Path output) {
    public TrainingJob {
        labels = List.copyOf(labels);
        training = List.copyOf(training);
        validation = List.copyOf(validation);
    }
}
