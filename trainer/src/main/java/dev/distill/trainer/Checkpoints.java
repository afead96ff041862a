package dev.distill.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.files.WholeFolder;
import dev.distill.models.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of a training: folders {@code step-<n>} with {@code model.safetensors}, {@code
 * optimizer.safetensors} and {@code state.json}. A folder takes its name when everything in it is
 * on the disk, so that a name means a whole checkpoint. The newest two are kept, and the one of the
 * best epoch.
 */
public final class Checkpoints {
    private static final int KEPT = 2;
    private static final String MODEL = "model.safetensors";
    private static final String OPTIMIZER = "optimizer.safetensors";
    private static final String STATE = "state.json";
    private static final Pattern NAME = Pattern.compile("step-(\\d+)");

    private final Path folder;

    /** The checkpoints in a folder, which need not exist. */
    public Checkpoints(Path folder) {
        this.folder = folder;
    }

    /** Where the checkpoint of a step is. */
    public Path of(int step) {
        return folder.resolve("step-" + step);
    }

    /** Where the weights of a step are. */
    public Path weights(int step) {
        return of(step).resolve(MODEL);
    }

    /**
     * The newest checkpoint's state.
     *
     * @throws UserError when it belongs to another job or cannot be read
     */
    public Optional<TrainingState> newest(Digest job) {
        Optional<TrainingState> state = steps().stream().findFirst().map(this::state);
        state.filter(s -> !s.job().equals(job))
                .ifPresent(
                        s -> {
                            throw UserError.invalid(
                                    Location.of(folder),
                                    "the checkpoints belong to job %s, this is job %s"
                                            .formatted(s.job().brief(), job.brief()),
                                    "configuration or data changed: train in another folder, or"
                                            + " delete this one to start again");
                        });
        return state;
    }

    private TrainingState state(int step) {
        Path file = of(step).resolve(STATE);
        try {
            return TrainingState.of(Json.parse(Files.readString(file)));
        } catch (IOException | IllegalArgumentException e) {
            String reason =
                    e instanceof JsonProcessingException json
                            ? json.getOriginalMessage()
                            : String.valueOf(e.getMessage());
            throw UserError.invalid(
                    Location.of(file),
                    "cannot read the checkpoint: " + reason,
                    "delete " + of(step) + " to go on from the checkpoint before it");
        }
    }

    /** Writes a checkpoint, then removes those no longer needed. */
    public void save(TrainingState state, Weights weights, Optimizer optimizer) {
        save(state, weights::write, optimizer::write);
    }

    /** Like the other, for an optimiser whose moments are arrays. */
    public void save(TrainingState state, Weights weights, Weights moments) {
        save(state, weights::write, moments::write);
    }

    /** The same for weights and moments that are written in some other way. */
    void save(TrainingState state, Consumer<Path> weights, Consumer<Path> moments) {
        WholeFolder.make(
                of(state.step()),
                unfinished -> {
                    weights.accept(unfinished.resolve(MODEL));
                    moments.accept(unfinished.resolve(OPTIMIZER));
                    AtomicFile.write(unfinished.resolve(STATE), state.json());
                });
        try {
            prune(state);
        } catch (IOException e) {
            throw AtomicFile.failure(folder, e);
        }
    }

    /** Where the optimiser's moments of a step are. */
    public Path moments(int step) {
        return of(step).resolve(OPTIMIZER);
    }

    private void prune(TrainingState state) throws IOException {
        List<Integer> steps = steps();
        for (int step : steps.subList(Math.min(KEPT, steps.size()), steps.size())) {
            if (!state.bestStep().equals(Optional.of(step))) {
                Path old = of(step);
                Path nameless = old.resolveSibling(old.getFileName() + WholeFolder.UNFINISHED);
                Files.move(old, nameless, StandardCopyOption.ATOMIC_MOVE); // deleted below
            }
        }
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry :
                    entries.filter(p -> p.toString().endsWith(WholeFolder.UNFINISHED)).toList()) {
                WholeFolder.delete(entry);
            }
        }
    }

    /** The steps that have a whole checkpoint, the newest first. */
    private List<Integer> steps() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> NAME.matcher(entry.getFileName().toString()))
                    .filter(name -> name.matches())
                    .map(name -> Integer.valueOf(name.group(1)))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        } catch (IOException e) {
            throw AtomicFile.unreadable(folder, e);
        }
    }
}
