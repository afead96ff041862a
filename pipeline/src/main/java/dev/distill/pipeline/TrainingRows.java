package dev.distill.pipeline;

import dev.distill.datasets.AnswerRow;
import dev.distill.datasets.DatasetFolder;
import dev.distill.datasets.Labels;
import dev.distill.trainer.TrainingRow;
import java.util.List;

/** A curated dataset as the rows that a student learns from. */
record TrainingRows(List<TrainingRow> training, List<TrainingRow> validation) {
    TrainingRows {
        training = List.copyOf(training);
        validation = List.copyOf(validation);
    }

    static TrainingRows of(StageOutput curate, Labels labels) {
        DatasetFolder dataset = new DatasetFolder(curate.folder());
        return new TrainingRows(rows(dataset.train(), labels), rows(dataset.validation(), labels));
    }

    private static List<TrainingRow> rows(List<AnswerRow> answers, Labels labels) {
        return answers.stream().map(answer -> row(answer, labels)).toList();
    }

    private static TrainingRow row(AnswerRow row, Labels labels) {
        int label = labels.indexOf(row.label().orElseThrow()).orElseThrow();
        float[] teacher = new float[labels.size()];
        for (int i = 0; i < teacher.length; i++) {
            teacher[i] = row.probabilities().get(i).floatValue();
        }
        return new TrainingRow(row.id(), row.text(), label, teacher);
    }
}
