package dev.distill.models.head;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.models.Base;
import dev.distill.models.Calibration;
import dev.distill.models.Classifier;
import dev.distill.models.Precision;
import dev.distill.models.Prediction;
import dev.distill.models.Program;
import dev.distill.models.Tokenizer;
import dev.distill.models.Tokens;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A student of kind {@code head} at work. The same class serves evaluation and production, from the
 * same files.
 */
public final class HeadClassifier implements Classifier {
    private final NDManager manager;
    private final HeadShape shape;
    private final Calibration calibration;
    private final Tokenizer tokenizer;
    private final Embedder embedder;
    private final Weights head;
    private final Program program;

    private HeadClassifier(NDManager manager, Path folder, HeadShape shape, Precision precision) {
        this.manager = manager;
        this.shape = shape;
        calibration = Calibration.read(folder);
        head = HeadPackage.read(manager, folder.resolve(HeadPackage.HEAD), shape);
        program = Embedder.program(manager);
        Base base = new Base(folder.toString(), folder);
        embedder = new Embedder(manager, base, shape.encoder(), precision);
        tokenizer = Tokenizer.load(base.tokenizerFile());
    }

    /**
     * Loads a package that computes in float32.
     *
     * @throws dev.distill.config.UserError when a file is missing or damaged, or the files do not
     *     fit together
     */
    public static HeadClassifier load(Path folder) {
        return load(folder, Precision.FP32);
    }

    /** Loads a package whose encoder computes in the given precision. */
    public static HeadClassifier load(Path folder, Precision precision) {
        HeadShape shape = HeadShape.read(folder.resolve(HeadPackage.CONFIG));
        NDManager manager = Torch.newManager();
        try {
            return new HeadClassifier(manager, folder, shape, precision);
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    /** The shape of the student. */
    public HeadShape shape() {
        return shape;
    }

    @Override
    public List<String> labels() {
        return shape.labels();
    }

    @Override
    public long parameterCount() {
        return shape.parameterCount();
    }

    /** Texts of like length share a batch, so that little padding is computed. */
    @Override
    public List<Prediction> classify(List<String> texts) {
        if (texts.isEmpty()) {
            return List.of();
        }
        List<Tokens> tokens = tokenizer.encode(texts, shape.encoder().maxLength());
        float[] logits = logits(embedder.embed(tokens), texts.size());
        int classes = shape.labels().size();
        return IntStream.range(0, texts.size())
                .mapToObj(
                        i ->
                                calibration.prediction(
                                        shape.labels(),
                                        logits,
                                        i * classes,
                                        tokens.get(i).length(),
                                        tokens.get(i).cut()))
                .toList();
    }

    /** Row after row. */
    private float[] logits(float[] embeddings, int rows) {
        try (NDManager step = manager.newSubManager()) {
            return program.call("logits")
                    .weights(head.asMap())
                    .tensor(step.create(embeddings, new Shape(rows, embedder.size())))
                    .run(step)
                    .singletonOrThrow()
                    .toFloatArray();
        }
    }

    @Override
    public void close() {
        tokenizer.close();
        embedder.close();
        program.close();
        manager.close();
    }
}
