package dev.distill.trainer.head;

import ai.djl.ndarray.NDManager;
import dev.distill.models.Calibration;
import dev.distill.models.Prediction;
import dev.distill.models.Torch;
import dev.distill.models.head.HeadLayers;
import dev.distill.trainer.CalibrationFit;
import dev.distill.trainer.TrainingResult;
import dev.distill.trainer.TrainingRow;
import java.util.ArrayList;
import java.util.List;

/** Calibrates a trained head on the validation rows, whose embeddings the training has kept. */
public final class HeadCalibration {
    private HeadCalibration() {}

    /**
     * The temperature under which the validation rows' labels are most likely.
     *
     * @throws dev.distill.config.UserError when the result's weights are not those of the job
     */
    public static Calibration of(HeadJob job, TrainingResult result) {
        List<TrainingRow> rows = job.validation();
        Embeddings embeddings =
                new EmbeddingCache(job, _ -> {}, () -> false)
                        .embed(rows.stream().map(TrainingRow::text).toList())
                        .embeddings();
        List<Prediction> said = new ArrayList<>();
        try (NDManager manager = Torch.newManager();
                HeadLayers layers = new HeadLayers(manager, job.shape(), result.weights())) {
            for (float[] piece : embeddings.pieces()) {
                float[] logits = layers.logits(piece);
                int labels = job.labels().size();
                for (int start = 0; start < logits.length; start += labels) {
                    said.add(Calibration.NONE.prediction(job.labels(), logits, start, 0, false));
                }
            }
        }
        return CalibrationFit.of(said, rows.stream().mapToInt(TrainingRow::label).toArray());
    }
}
