package dev.distill.trainer.head;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.Digest;
import dev.distill.models.Tokenizer;
import dev.distill.models.Tokens;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import dev.distill.models.head.Embedder;
import dev.distill.trainer.TrainingEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Embeds texts once: each {@value #PIECE_TEXTS} of them, in their order, are a piece, and a piece's
 * vectors are a safetensors file named by the digest of the encoder and of these very texts.
 * Another training on the same rows embeds nothing, one on more rows only the pieces that are new,
 * and one that was killed goes on after the last whole piece.
 *
 * <p>A piece's vectors follow from its texts alone, so that it is the same whether it was kept or
 * computed anew.
 */
final class EmbeddingCache {
    static final int PIECE_TEXTS = 2048;
    private static final String ARRAY = "embeddings";
    private static final long NOTES = 10;

    private final HeadJob job;
    private final Digest encoder;
    private final Consumer<TrainingEvent> listener;
    private final BooleanSupplier stop;

    /**
     * A cache for a job's encoder.
     *
     * @param listener is told about ten times how many texts are done, when they are more than a piece
     * @param stop asked before each piece
     */
    EmbeddingCache(HeadJob job, Consumer<TrainingEvent> listener, BooleanSupplier stop) {
        this.job = job;
        this.encoder = job.encoder();
        this.listener = listener;
        this.stop = stop;
    }

    /** Embeddings, and how many of the texts were cut at {@code max_length}. */
    record Result(Embeddings embeddings, int cut) {}

    /** Thrown between two pieces when the training is to stop; what is done is kept. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /**
     * The vectors of texts.
     *
     * @throws UserError when the base has no such encoder, or a vector is not finite
     */
    Result embed(List<String> texts) {
        int size = job.base().config().size().hidden();
        List<float[]> pieces = new ArrayList<>();
        int cut = 0;
        try (NDManager manager = Torch.newManager();
                Tokenizer tokenizer = Tokenizer.load(job.base().tokenizerFile());
                Lazy embedder = new Lazy(manager)) {
            for (int start = 0; start < texts.size(); start += PIECE_TEXTS) {
                if (stop.getAsBoolean()) {
                    throw new Stopped();
                }
                List<String> piece =
                        texts.subList(start, Math.min(start + PIECE_TEXTS, texts.size()));
                List<Tokens> tokens = tokenizer.encode(piece, job.maxLength());
                cut += (int) tokens.stream().filter(Tokens::cut).count();
                pieces.add(vectors(manager, piece, tokens, size, embedder));
                int done = start + piece.size();
                if (texts.size() > PIECE_TEXTS
                        && NOTES * start / texts.size() < NOTES * done / texts.size()) {
                    listener.accept(
                            new TrainingEvent.Note(
                                    String.format(
                                            Locale.ROOT,
                                            "%,d of %,d texts are embedded",
                                            done,
                                            texts.size())));
                }
            }
        }
        return new Result(new Embeddings(texts.size(), size, PIECE_TEXTS, pieces), cut);
    }

    private float[] vectors(
            NDManager parent, List<String> texts, List<Tokens> tokens, int size, Lazy embedder) {
        Path file = file(texts);
        try (NDManager manager = parent.newSubManager()) {
            if (Files.exists(file)) {
                try (Weights kept = Weights.read(manager, file)) {
                    if (kept.contains(ARRAY)
                            && kept.get(ARRAY).getShape().equals(new Shape(texts.size(), size))) {
                        return kept.get(ARRAY).toFloatArray();
                    }
                    throw UserError.invalid(
                            Location.of(file),
                            "these are not %d vectors of %d numbers".formatted(texts.size(), size),
                            "delete the file to embed the texts again");
                }
            }
            float[] vectors = embedder.get().embed(tokens);
            checkFinite(vectors);
            try (Weights keep = new Weights(manager)) {
                keep.put(ARRAY, manager.create(vectors, new Shape(texts.size(), size)));
                keep.write(file);
            }
            return vectors;
        }
    }

    private void checkFinite(float[] vectors) {
        for (float number : vectors) {
            if (!Float.isFinite(number)) {
                throw UserError.invalid(
                        Location.of(job.base().folder()),
                        "the encoder's vectors are not finite: %s".formatted(number),
                        "its weights are damaged, or train.precision fp32 helps");
            }
        }
    }

    private Path file(List<String> texts) {
        StringBuilder name = new StringBuilder(encoder.hex());
        texts.forEach(text -> name.append('\n').append(text.length()).append(' ').append(text));
        return job.embeddings().resolve(Digest.of(name.toString()).hex() + ".safetensors");
    }

    /** The encoder, loaded when there is something to embed. */
    private final class Lazy implements AutoCloseable {
        private final NDManager manager;
        private final List<Embedder> loaded = new ArrayList<>();

        Lazy(NDManager manager) {
            this.manager = manager;
        }

        Embedder get() {
            if (loaded.isEmpty()) {
                loaded.add(
                        new Embedder(manager, job.base(), job.shape().encoder(), job.precision()));
            }
            return loaded.getFirst();
        }

        @Override
        public void close() {
            loaded.forEach(Embedder::close);
        }
    }
}
