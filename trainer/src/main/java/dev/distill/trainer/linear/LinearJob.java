package dev.distill.trainer.linear;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.distill.config.ConfigText;
import dev.distill.config.LinearConfig;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.models.linear.Ngrams;
import dev.distill.trainer.TrainingRow;
import java.util.List;

/**
 * Everything that the training of a linear student depends on.
 *
 * @param labels names of the labels; a row's label is an index into it
 * @param validation the rows that the probabilities are calibrated on
 */
public record LinearJob(
        LinearConfig config,
        List<String> labels,
        List<TrainingRow> training,
        List<TrainingRow> validation) {
    public LinearJob {
        labels = List.copyOf(labels);
        training = List.copyOf(training);
        validation = List.copyOf(validation);
    }

    /** The n-grams that count. */
    Ngrams ngrams() {
        return new Ngrams(config.maxWordNgram(), config.minCharNgram(), config.maxCharNgram());
    }

    /** Names everything that decides about the student: equal digests, equal students. */
    public Digest digest() {
        ArrayNode all = Json.array();
        all.add(Json.object(ConfigText.map(config)));
        labels.forEach(all.addArray()::add);
        rows(all.addArray(), training);
        rows(all.addArray(), validation);
        return Digest.of(Json.line(all));
    }

    private static void rows(ArrayNode all, List<TrainingRow> rows) {
        for (TrainingRow row : rows) {
            ArrayNode values = all.addArray().add(row.text()).add(row.label());
            for (float probability : row.teacher()) {
                values.add(probability);
            }
        }
    }
}
