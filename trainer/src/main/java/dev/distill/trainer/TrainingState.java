package dev.distill.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import java.util.Optional;

/**
 * Where a training stands after a step: with the weights and the moments of the optimiser,
 * everything that the next step depends on. Batches, learning rate and dropout of a step follow
 * from the seed and the step's number alone, so these two are the whole random state.
 *
 * @param job digest of the configuration and the data
 * @param step optimiser steps done
 * @param stepsPerEpoch optimiser steps of an epoch
 * @param seed of the configuration
 * @param seconds spent so far
 * @param best the best epoch so far
 */
public record TrainingState(
        Digest job, int step, int stepsPerEpoch, long seed, double seconds, Optional<Best> best) {
    /**
     * An epoch and how its weights did on the validation rows.
     *
     * @param epoch from 1
     */
    public record Best(int epoch, double accuracy, double loss) {
        /** Whether this is better than another: by accuracy, then by loss. */
        public boolean beats(Best other) {
            return accuracy > other.accuracy || (accuracy == other.accuracy && hasLowerLoss(other));
        }

        /** Whether this has the lower loss. */
        public boolean hasLowerLoss(Best other) {
            return loss < other.loss;
        }
    }

    /** Before the first step. */
    public static TrainingState fresh(Digest job, int stepsPerEpoch, long seed) {
        return new TrainingState(job, 0, stepsPerEpoch, seed, 0, Optional.empty());
    }

    /** The epoch of the next step, from 0. */
    public int epoch() {
        return step / stepsPerEpoch;
    }

    /** The next step's place in its epoch, from 0. */
    public int cursor() {
        return step % stepsPerEpoch;
    }

    /** The step whose checkpoint holds the best epoch's weights. */
    public Optional<Integer> bestStep() {
        return best.map(b -> b.epoch * stepsPerEpoch);
    }

    /** Whether an epoch has just ended and the last {@code patience} brought nothing better. */
    public boolean isStale(int patience) {
        return cursor() == 0 && best.map(b -> epoch() - b.epoch >= patience).orElse(false);
    }

    /** The same after more time. */
    public TrainingState after(double moreSeconds) {
        return new TrainingState(job, step, stepsPerEpoch, seed, seconds + moreSeconds, best);
    }

    /** The state after one more step. */
    public TrainingState afterStep(double moreSeconds) {
        return new TrainingState(job, step + 1, stepsPerEpoch, seed, seconds + moreSeconds, best);
    }

    /** The state after an epoch's validation. */
    public TrainingState afterEpoch(double moreSeconds, Optional<Best> nowBest) {
        return new TrainingState(job, step, stepsPerEpoch, seed, seconds + moreSeconds, nowBest);
    }

    /** For {@code state.json}; epoch and cursor are for readers, they follow from the step. */
    String json() {
        ObjectNode json =
                Json.object()
                        .put("job", job.hex())
                        .put("step", step)
                        .put("steps_per_epoch", stepsPerEpoch)
                        .put("epoch", epoch())
                        .put("cursor", cursor())
                        .put("seed", seed)
                        .put("seconds", seconds);
        best.ifPresent(
                b ->
                        json.putObject("best")
                                .put("epoch", b.epoch)
                                .put("accuracy", b.accuracy)
                                .put("loss", b.loss));
        return Json.pretty(json);
    }

    static TrainingState of(JsonNode json) {
        return new TrainingState(
                new Digest(json.required("job").asText()),
                json.required("step").asInt(),
                json.required("steps_per_epoch").asInt(),
                json.required("seed").asLong(),
                json.required("seconds").asDouble(),
                Optional.ofNullable(json.get("best"))
                        .map(
                                b ->
                                        new Best(
                                                b.required("epoch").asInt(),
                                                b.required("accuracy").asDouble(),
                                                b.required("loss").asDouble())));
    }
}
