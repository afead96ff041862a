package dev.distill.trainer.linear;

import dev.distill.models.Calibration;
import dev.distill.models.linear.LinearModel;

/**
 * What the training of a linear student came to.
 *
 * @param validationAccuracy 0 to 1
 * @param validationLoss mean negative log-likelihood of the validation rows, calibrated
 * @param seconds the whole training
 * @param rowsPerSecond training rows in a second of {@code seconds}
 */
public record LinearResult(
        LinearModel model,
        Calibration calibration,
        double validationAccuracy,
        double validationLoss,
        double seconds,
        double rowsPerSecond) {}
