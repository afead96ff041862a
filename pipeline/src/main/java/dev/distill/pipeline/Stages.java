package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The stages of a job in order. A stage can only be asked for its inputs once the outputs before it
 * are there, so that they are handed out one by one. What comes after evaluation, the gate's
 * verdict and the publication, is cheap and is done anew in each run.
 */
final class Stages {
    static final List<String> NAMES =
            List.of(QueryStage.NAME, CurateStage.NAME, TrainStage.NAME, EvaluateStage.NAME);

    private final RunContext context;
    private final Map<String, StageOutput> outputs = new LinkedHashMap<>();

    Stages(RunContext context) {
        this.context = context;
    }

    /** The digest of everything that goes into a stage. */
    static Digest key(String stage, ObjectNode inputs) {
        return Digest.of(stage + "\n" + Json.canonical(inputs));
    }

    Stage first() {
        return new QueryStage(context);
    }

    /** The stage that follows an output. */
    Optional<Stage> after(StageOutput output) {
        outputs.put(output.stage(), output);
        return switch (output.stage()) {
            case QueryStage.NAME -> Optional.of(new CurateStage(context, output));
            case CurateStage.NAME -> Optional.of(new TrainStage(context, output));
            case TrainStage.NAME ->
                    Optional.of(new EvaluateStage(context, output(QueryStage.NAME), output));
            case EvaluateStage.NAME -> Optional.empty();
            default -> throw new IllegalArgumentException("no stage " + output.stage());
        };
    }

    /** The output of a stage that has one. */
    StageOutput output(String stage) {
        StageOutput output = outputs.get(stage);
        if (output == null) {
            throw new IllegalStateException("stage " + stage + " has no output yet");
        }
        return output;
    }

    /** All outputs so far, in order. */
    List<StageOutput> outputs() {
        return List.copyOf(outputs.values());
    }
}
