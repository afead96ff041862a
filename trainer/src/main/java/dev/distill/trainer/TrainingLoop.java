package dev.distill.trainer;

import dev.distill.config.ExitCode;
import dev.distill.config.TrainConfig;
import dev.distill.config.UserError;
import dev.distill.trainer.TrainingState.Best;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The one loop of every training that goes step by step. A training that was stopped at any moment
 * goes on from its newest checkpoint and ends, on the same machine, with the very bytes that an
 * undisturbed one ends with: what a step does follows from the rows and the step's number, and a
 * checkpoint holds the rest.
 */
public final class TrainingLoop {
    private final InstantSource clock;
    private final Consumer<TrainingEvent> listener;
    private final BooleanSupplier stop;
    private final Checkpoints checkpoints;
    private final Optional<TrainingState> saved;
    private final TrainingState fresh;
    private final MetricsLog metrics;

    /**
     * How far a training goes, and how it is judged.
     *
     * @param epochs at most
     * @param schedule of all its steps
     * @param learningRate the peak
     * @param saveSteps steps between checkpoints; there is one after each epoch in any case
     * @param patience epochs without a better one after which it ends
     * @param better whether an epoch is better than the best before
     * @param remedy what to do when the loss is no longer a number
     */
    public record Plan(
            int epochs,
            Schedule schedule,
            double learningRate,
            int saveSteps,
            Optional<Integer> patience,
            BiPredicate<Best, Best> better,
            String remedy) {
        /** What the job says about it. */
        public static Plan of(
                TrainConfig config,
                int stepsPerEpoch,
                Optional<Integer> patience,
                BiPredicate<Best, Best> better,
                String remedy) {
            int steps = stepsPerEpoch * config.numTrainEpochs();
            return new Plan(
                    config.numTrainEpochs(),
                    Schedule.of(config.lrSchedulerType(), steps, config.warmupRatio()),
                    config.learningRate(),
                    config.saveSteps(),
                    patience,
                    better,
                    remedy);
        }

        /** Optimiser steps of the whole training. */
        public int steps() {
            return schedule.steps();
        }

        private boolean isOver(TrainingState state) {
            return state.step() >= steps() || patience.map(state::isStale).orElse(false);
        }
    }

    /**
     * Finds out where a training begins: fresh, or at the newest checkpoint of this very job.
     *
     * @param work holds {@code checkpoints/} and {@code metrics.jsonl}
     * @param listener is told of everything, on the calling thread
     * @param stop asked before every step; when it says yes, the training writes a checkpoint and
     *     ends
     * @throws UserError when the checkpoints are another job's
     */
    public TrainingLoop(
            Path work,
            TrainingState fresh,
            InstantSource clock,
            Consumer<TrainingEvent> listener,
            BooleanSupplier stop) {
        this.clock = clock;
        this.listener = listener;
        this.stop = stop;
        this.fresh = fresh;
        this.checkpoints = new Checkpoints(work.resolve("checkpoints"));
        this.saved = checkpoints.newest(fresh.job());
        this.metrics = new MetricsLog(work.resolve("metrics.jsonl"), state().step());
        saved.ifPresent(s -> listener.accept(new TrainingEvent.Resumed(s.step(), folder(s))));
    }

    /** Where the training stands before {@link #run}. */
    public TrainingState state() {
        return saved.orElse(fresh);
    }

    /** The weights to go on with, if an earlier run left some. */
    public Optional<Path> weights() {
        return saved.map(s -> checkpoints.weights(s.step()));
    }

    /** The optimiser's moments that belong to {@link #weights}. */
    public Optional<Path> moments() {
        return saved.map(s -> checkpoints.moments(s.step()));
    }

    /**
     * Trains to the end.
     *
     * @return the weights of the best epoch and where the training ended
     * @throws UserError with {@link ExitCode#INTERRUPTED} when it was stopped, and with {@link
     *     ExitCode#INVALID_INPUT} when the loss is no longer a number
     */
    public <R> End run(Plan plan, Trainee<R> student) {
        TrainingState state = state();
        int savedStep = state.step();
        List<List<R>> epoch = List.of();
        while (!plan.isOver(state)) {
            // 1. Stopped? Everything up to here is kept.
            if (stop.getAsBoolean()) {
                if (savedStep < state.step()) {
                    save(student, state);
                }
                throw TrainingErrors.interrupted(state.step(), plan.steps());
            }

            // 2. One optimiser step.
            Instant begun = clock.instant();
            if (epoch.isEmpty() || state.cursor() == 0) {
                epoch = student.epoch(state.epoch());
            }
            List<R> rows = epoch.get(state.cursor());
            int number = state.step() + 1;
            double factor = plan.schedule.factor(state.step());
            StepOutcome outcome = student.step(rows, number, factor);
            if (!outcome.isFinite()) {
                throw TrainingErrors.diverged(
                        number, outcome, rows.stream().map(student::name).toList(), plan.remedy);
            }
            double seconds = secondsSince(begun);
            state = state.afterStep(seconds);
            TrainingEvent.Step step =
                    new TrainingEvent.Step(
                            number,
                            plan.steps(),
                            outcome.loss(),
                            plan.learningRate * factor,
                            outcome.gradientNorm(),
                            rows.size() / seconds);
            metrics.step(step);
            listener.accept(step);

            // 3. After an epoch: is it the best so far?
            if (state.cursor() == 0) {
                Instant validating = clock.instant();
                Score score = student.validate();
                Best now = new Best(state.epoch(), score.accuracy(), score.loss());
                boolean best =
                        state.best().map(before -> plan.better.test(now, before)).orElse(true);
                state =
                        state.afterEpoch(
                                secondsSince(validating), best ? Optional.of(now) : state.best());
                TrainingEvent.Epoch end =
                        new TrainingEvent.Epoch(
                                now.epoch(), plan.epochs, now.accuracy(), now.loss(), best);
                metrics.epoch(state.step(), end);
                listener.accept(end);
            }

            // 4. Every few steps and after an epoch: put it on the disk.
            if (state.cursor() == 0 || state.step() % plan.saveSteps == 0) {
                save(student, state);
                savedStep = state.step();
            }
        }
        return new End(state, checkpoints.weights(state.bestStep().orElseThrow()));
    }

    /**
     * How a training ended.
     *
     * @param best the weights of the best epoch
     */
    public record End(TrainingState state, Path best) {}

    private <R> void save(Trainee<R> student, TrainingState state) {
        student.save(checkpoints, state);
        listener.accept(new TrainingEvent.Saved(state.step(), folder(state)));
    }

    private Path folder(TrainingState state) {
        return checkpoints.of(state.step());
    }

    private double secondsSince(Instant begun) {
        return Duration.between(begun, clock.instant()).toNanos() / 1e9;
    }
}
