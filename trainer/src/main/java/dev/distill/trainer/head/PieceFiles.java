package dev.distill.trainer.head;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Digest;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The vectors of pieces of texts on the disk, safetensors files by digest. A file's time is that of
 * its last use; those that were not used for longest go when all together are too large.
 */
final class PieceFiles {
    /** About 2.8 million texts at 384 numbers each. */
    static final long LIMIT_BYTES = 4L << 30;

    private static final String ARRAY = "embeddings";
    private static final String EXTENSION = ".safetensors";

    private final Path folder;
    private final InstantSource clock;

    PieceFiles(Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * A piece's vectors, if they were kept.
     *
     * @throws UserError when the file holds something else
     */
    Optional<float[]> read(Digest piece, int texts, int size) {
        Path file = file(piece);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (NDManager manager = Torch.newManager();
                Weights kept = Weights.read(manager, file)) {
            if (!kept.contains(ARRAY)
                    || !kept.get(ARRAY).getShape().equals(new Shape(texts, size))) {
                throw UserError.invalid(
                        Location.of(file),
                        "these are not %d vectors of %d numbers".formatted(texts, size),
                        "delete the file to embed the texts again");
            }
            Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
            return Optional.of(kept.get(ARRAY).toFloatArray());
        } catch (IOException e) {
            throw AtomicFile.failure(file, e);
        }
    }

    /** Keeps a piece's vectors. */
    void write(Digest piece, float[] vectors, int texts, int size) {
        try (NDManager manager = Torch.newManager();
                Weights keep = new Weights(manager)) {
            keep.put(ARRAY, manager.create(vectors, new Shape(texts, size)));
            keep.write(file(piece));
        }
    }

    /** Deletes what was not used for longest, until no more than so many bytes are left. */
    void prune(long limitBytes) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try {
            List<Path> files = new ArrayList<>();
            try (Stream<Path> entries = Files.list(folder)) {
                entries.filter(path -> path.toString().endsWith(EXTENSION)).forEach(files::add);
            }
            files.sort(
                    Comparator.comparingLong((Path path) -> path.toFile().lastModified())
                            .reversed());
            long bytes = 0;
            for (Path file : files) {
                bytes += Files.size(file);
                if (bytes > limitBytes) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw AtomicFile.failure(folder, e);
        }
    }

    private Path file(Digest piece) {
        return folder.resolve(piece.hex() + EXTENSION);
    }
}
