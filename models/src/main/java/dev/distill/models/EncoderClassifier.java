package dev.distill.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.models.Encoder.Mode;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A student of kind {@code encoder} at work. The same class serves evaluation and production, from
 * the same files.
 */
public final class EncoderClassifier implements Classifier {
    private static final int BATCH_TEXTS = 32;

    private final NDManager manager;
    private final EncoderConfig config;
    private final Tokenizer tokenizer;
    private final Weights weights;
    private final Encoder encoder;
    private final Calibration calibration;

    private EncoderClassifier(
            NDManager manager, Path folder, EncoderConfig config, Precision precision) {
        this.manager = manager;
        this.config = config;
        calibration = Calibration.read(folder);
        weights = Checkpoint.read(manager, folder, config.shapes(), config.architecture().prefix());
        tokenizer = Tokenizer.load(folder.resolve(Bases.TOKENIZER));
        encoder = new Encoder(manager, config, precision);
    }

    /**
     * Loads a package that computes in float32.
     *
     * @throws UserError when a file is missing or damaged, or the files do not fit together
     */
    public static EncoderClassifier load(Path folder) {
        return load(folder, Precision.FP32);
    }

    /** Loads a package that computes in the given precision. */
    public static EncoderClassifier load(Path folder, Precision precision) {
        Path configFile = folder.resolve(Bases.CONFIG);
        EncoderConfig config = EncoderConfig.read(configFile);
        if (config.labels().isEmpty()) {
            throw UserError.invalid(Location.of(configFile), "id2label is missing: no classifier");
        }
        NDManager manager = Torch.newManager();
        try {
            return new EncoderClassifier(manager, folder, config, precision);
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    @Override
    public List<String> labels() {
        return config.labels();
    }

    /** The shape of the student. */
    public EncoderConfig config() {
        return config;
    }

    @Override
    public long parameterCount() {
        return weights.parameterCount();
    }

    /** Texts of like length share a batch, so that little padding is computed. */
    @Override
    public List<Prediction> classify(List<String> texts) {
        List<Tokens> tokens = tokenizer.encode(texts, config.maxLength());
        List<Integer> byLength =
                IntStream.range(0, texts.size())
                        .boxed()
                        .sorted(Comparator.comparingInt(i -> tokens.get(i).length()))
                        .toList();
        Prediction[] predictions = new Prediction[texts.size()];
        for (int start = 0; start < byLength.size(); start += BATCH_TEXTS) {
            List<Integer> batch =
                    byLength.subList(start, Math.min(start + BATCH_TEXTS, byLength.size()));
            float[] logits = logits(batch.stream().map(tokens::get).toList());
            int classes = config.labels().size();
            for (int row = 0; row < batch.size(); row++) {
                int text = batch.get(row);
                predictions[text] =
                        calibration.prediction(
                                config.labels(),
                                logits,
                                row * classes,
                                tokens.get(text).length(),
                                tokens.get(text).cut());
            }
        }
        return List.of(predictions);
    }

    /** Row after row. */
    private float[] logits(List<Tokens> texts) {
        try (NDManager step = manager.newSubManager()) {
            TokenBatch batch = TokenBatch.of(step, texts);
            NDArray logits = encoder.logits(weights, batch.ids(), batch.mask(), Mode.INFERENCE);
            return logits.toFloatArray();
        }
    }

    @Override
    public void close() {
        tokenizer.close();
        encoder.close();
        manager.close();
    }
}
