package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.StudentConfig;
import dev.distill.config.UserError;
import dev.distill.files.Digest;
import java.nio.file.Path;

/** One training of a job's student: all that {@link TrainStage} knows of a kind of student. */
interface Training {
    /** Names everything that decides about the student. */
    Digest digest();

    /**
     * Trains.
     *
     * @param model an empty folder that receives the student's package
     * @param scratch outlives a killed run, to go on from; {@code metrics.jsonl} in it, if there is
     *     one, goes into the report
     * @return figures: {@code nature}, what the student is in a few words; {@code seconds}, {@code
     *     parameters}, {@code validation_accuracy}; of a student that is trained in epochs, {@code
     *     best_epoch}; and what else there is to say
     * @throws UserError when nothing can be learned from the rows, or it was stopped
     */
    ObjectNode run(Path model, Path scratch);

    /** The training of a kind of student on a dataset. */
    static Training of(StudentConfig.Kind kind, RunContext context, StageOutput curate) {
        return switch (kind) {
            case LINEAR -> new LinearTraining(context, curate);
            case HEAD -> new HeadTraining(context, curate);
            case ENCODER -> new EncoderTraining(context, curate);
            case CAUSAL_LM -> new CausalTraining(context, curate);
            case AUTO -> throw new IllegalArgumentException("auto is no kind to train");
        };
    }
}
