package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.StudentConfig;
import dev.distill.files.AtomicFile;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Trains the student. Output: {@code model/}, the student in the Hugging Face layout, {@code
 * tensorboard/}, the event files of its figures, and {@code metrics.jsonl} of a student that is
 * trained step by step. The scratch folder holds what an interrupted training goes on from.
 */
final class TrainStage implements Stage {
    static final String NAME = "train";
    static final String MODEL = "model";
    static final String METRICS = "metrics.jsonl";
    static final String TENSORBOARD = "tensorboard";
    private static final String CARD = "README.md";

    private final StudentConfig.Kind kind;
    private final Training training;

    TrainStage(RunContext context, StudentConfig.Kind kind, StageOutput curate) {
        this.kind = kind;
        this.training = Training.of(kind, context, curate);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> student() {
        return Optional.of(kind.word());
    }

    @Override
    public ObjectNode inputs() {
        return Json.object()
                .put("code", 3)
                .put("kind", kind.word())
                .put("training", training.digest().hex());
    }

    @Override
    public ObjectNode run(Path output, Path scratch) {
        ObjectNode facts = Json.object().put("student", kind.word());
        facts.setAll(training.run(output.resolve(MODEL), scratch));
        Path metrics = scratch.resolve(METRICS);
        if (Files.exists(metrics)) {
            AtomicFile.writePath(output.resolve(METRICS), to -> Files.copy(metrics, to));
        }
        copy(scratch.resolve(TENSORBOARD), output.resolve(TENSORBOARD));
        return facts;
    }

    private static void copy(Path from, Path to) {
        if (!Files.isDirectory(from)) {
            return;
        }
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                AtomicFile.writePath(
                        to.resolve(file.getFileName()), copy -> Files.copy(file, copy));
            }
        } catch (IOException e) {
            throw AtomicFile.unreadable(from, e);
        }
    }

    /** What an output's training wrote step by step, if it did. */
    static Optional<Path> metrics(StageOutput train) {
        return Optional.of(train.file(METRICS)).filter(Files::exists);
    }

    /** A digest of the student in an output, whose card does not matter to its answers. */
    static Digest student(StageOutput train) {
        ObjectNode files = Json.object();
        train.files()
                .forEach(
                        (name, digest) -> {
                            if (name.startsWith(MODEL + "/") && !name.equals(MODEL + "/" + CARD)) {
                                files.put(name, digest.hex());
                            }
                        });
        return Digest.of(Json.canonical(files));
    }
}
