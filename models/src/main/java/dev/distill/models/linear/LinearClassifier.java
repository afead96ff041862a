package dev.distill.models.linear;

import dev.distill.models.Calibration;
import dev.distill.models.Classifier;
import dev.distill.models.Prediction;
import java.nio.file.Path;
import java.util.List;

/**
 * A student of kind {@code linear} at work. It holds nothing that must be closed, and any number of
 * threads may use it.
 */
public final class LinearClassifier implements Classifier {
    private final LinearModel model;
    private final Calibration calibration;

    /** A student that is in memory. */
    public LinearClassifier(LinearModel model, Calibration calibration) {
        this.model = model;
        this.calibration = calibration;
    }

    /**
     * Loads a package.
     *
     * @throws dev.distill.config.UserError when a file is missing or damaged, or the files do not
     *     fit together
     */
    public static LinearClassifier load(Path folder) {
        return new LinearClassifier(LinearPackage.read(folder), Calibration.read(folder));
    }

    @Override
    public List<String> labels() {
        return model.labels();
    }

    @Override
    public long parameterCount() {
        return model.parameterCount();
    }

    /**
     * Texts of any length are seen whole; a text without a known n-gram gets what the bias says.
     */
    @Override
    public List<Prediction> classify(List<String> texts) {
        return texts.stream().map(this::classify).toList();
    }

    private Prediction classify(String text) {
        Vectorizer.Features features = model.vectorizer().features(text);
        float[] scores = model.weights().scores(features.vector());
        return calibration.prediction(model.labels(), scores, 0, features.words(), false);
    }

    @Override
    public void close() {}
}
