package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.StudentConfig;
import dev.distill.evaluation.Ladder;
import dev.distill.evaluation.Outcome;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The stages of a job in order. A stage can only be asked for its inputs once the outputs before it
 * are there, so that they are handed out one by one. Where the job leaves it to the run which kind
 * of student to take, training and evaluation come once for each kind, until the gate passes one.
 * What comes after evaluation, the gate's verdict and the publication, is cheap and is done anew in
 * each run.
 */
final class Stages {
    private final RunContext context;
    private final List<StudentConfig.Kind> kinds;
    private final List<StageOutput> outputs = new ArrayList<>();
    private final List<Rung> rungs = new ArrayList<>();

    Stages(RunContext context) {
        this.context = context;
        this.kinds = context.kinds();
    }

    /**
     * A stage that a run comes to, or may come to.
     *
     * @param student the kind of student that it is about, if it is about one
     */
    record Name(String stage, Optional<String> student) {
        static Name of(Stage stage) {
            return new Name(stage.name(), stage.student());
        }
    }

    /** Every stage that the job may come to, in order. */
    List<Name> names() {
        List<Name> names = new ArrayList<>();
        names.add(new Name(QueryStage.NAME, Optional.empty()));
        names.add(new Name(CurateStage.NAME, Optional.empty()));
        for (StudentConfig.Kind kind : kinds) {
            names.add(new Name(TrainStage.NAME, Optional.of(kind.word())));
            names.add(new Name(EvaluateStage.NAME, Optional.of(kind.word())));
        }
        return names;
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
        outputs.add(output);
        return switch (output.stage()) {
            case QueryStage.NAME -> Optional.of(new CurateStage(context, output));
            case CurateStage.NAME -> Optional.of(train());
            case TrainStage.NAME ->
                    Optional.of(new EvaluateStage(context, output(QueryStage.NAME), output));
            case EvaluateStage.NAME -> afterEvaluation(output);
            default -> throw new IllegalArgumentException("no stage " + output.stage());
        };
    }

    private Stage train() {
        return new TrainStage(context, kinds.get(rungs.size()), output(CurateStage.NAME));
    }

    /** Too few items to say are no pass: it climbs on. */
    private Optional<Stage> afterEvaluation(StageOutput evaluate) {
        StageOutput train = outputs.get(outputs.size() - 2);
        rungs.add(Rung.of(context, kinds.get(rungs.size()), train, evaluate));
        boolean passed = rungs.getLast().judged().verdict().outcome() == Outcome.PASS;
        return passed || rungs.size() == kinds.size() ? Optional.empty() : Optional.of(train());
    }

    /**
     * The output of a stage that has one; of those that come once for each student, the chosen
     * student's.
     */
    StageOutput output(String stage) {
        return switch (stage) {
            case TrainStage.NAME -> chosen().train();
            case EvaluateStage.NAME -> chosen().evaluate();
            default ->
                    outputs.stream()
                            .filter(output -> output.stage().equals(stage))
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new IllegalStateException(
                                                    "stage " + stage + " has no output yet"));
        };
    }

    /** The student that passed the gate or came nearest. */
    Rung chosen() {
        return rungs.get(ladder().chosen());
    }

    /** The students so far. */
    Ladder ladder() {
        return new Ladder(rungs.stream().map(Rung::judged).toList());
    }

    /** The students so far, with their outputs. */
    List<Rung> rungs() {
        return List.copyOf(rungs);
    }

    /** All outputs so far, in order. */
    List<StageOutput> outputs() {
        return List.copyOf(outputs);
    }
}
