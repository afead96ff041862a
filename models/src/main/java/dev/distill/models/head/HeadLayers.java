package dev.distill.models.head;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.models.Program;
import dev.distill.models.Weights;
import java.nio.file.Path;

/**
 * The network of a student of kind {@code head}: embeddings in, logits out.
 *
 * <p>Not thread-safe; whoever made it closes it.
 */
public final class HeadLayers implements AutoCloseable {
    private final NDManager manager;
    private final long size;
    private final Weights weights;
    private final Program program;

    /**
     * Reads a head.safetensors.
     *
     * @throws dev.distill.config.UserError naming every array that is missing or has another shape
     */
    public HeadLayers(NDManager parent, HeadShape shape, Path file) {
        manager = parent.newSubManager();
        size = shape.encoder().size().hidden();
        try {
            weights = HeadPackage.read(manager, file, shape);
            program = Embedder.program(manager);
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    /**
     * The logits of some texts, (rows, C), row after row.
     *
     * @param embeddings (rows, D) as the {@link Embedder} gives them, row after row; not empty
     */
    public float[] logits(float[] embeddings) {
        try (NDManager step = manager.newSubManager()) {
            return program.call("logits")
                    .weights(weights.asMap())
                    .tensor(step.create(embeddings, new Shape(embeddings.length / size, size)))
                    .run(step)
                    .singletonOrThrow()
                    .toFloatArray();
        }
    }

    @Override
    public void close() {
        program.close();
        weights.close();
        manager.close();
    }
}
