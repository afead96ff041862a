package dev.distill.pipeline;

import dev.distill.trainer.TrainingEvent;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** Reports a training's events as events of the run. */
final class TrainingProgress implements Consumer<TrainingEvent> {
    private final Events events;
    private long firstStepEnd;
    private int firstStep;
    private String epoch = "";

    TrainingProgress(Events events) {
        this.events = events;
    }

    @Override
    public void accept(TrainingEvent event) {
        switch (event) {
            case TrainingEvent.Started e -> {
                if (e.truncatedShare() > 0) {
                    note(
                            "%,d of %,d training rows are longer than max_length and are cut"
                                    .formatted(
                                            Math.round(e.truncatedShare() * e.rows()), e.rows()));
                }
            }
            case TrainingEvent.Reading e ->
                    events.emit(
                            new RunEvent.RowsRead(
                                    TrainStage.NAME, e.rows(), e.tokens(), e.learned(), e.first()));
            case TrainingEvent.Note e -> note(e.message());
            case TrainingEvent.Resumed e -> note("goes on after step " + e.step());
            case TrainingEvent.Step e -> step(e);
            case TrainingEvent.Epoch e ->
                    epoch =
                            String.format(
                                    Locale.ROOT,
                                    ", epoch %d: %.1f %%",
                                    e.epoch(),
                                    100 * e.accuracy());
            case TrainingEvent.Saved _ -> {}
        }
    }

    private void step(TrainingEvent.Step e) {
        String detail =
                String.format(
                        Locale.ROOT,
                        "loss %.3f, %.0f rows/s%s",
                        e.loss(),
                        e.rowsPerSecond(),
                        epoch);
        events.emit(
                RunEvent.Progress.unpaid(
                        TrainStage.NAME, e.step(), e.steps(), "steps", eta(e), detail));
    }

    /** By the speed since the first step of this run, validation included. */
    private OptionalDouble eta(TrainingEvent.Step e) {
        if (firstStep == 0) {
            firstStep = e.step();
            firstStepEnd = System.nanoTime();
            return OptionalDouble.empty();
        }
        double seconds = (System.nanoTime() - firstStepEnd) / 1e9;
        return OptionalDouble.of(seconds / (e.step() - firstStep) * (e.steps() - e.step()));
    }

    private void note(String message) {
        events.emit(new RunEvent.Note(TrainStage.NAME, message));
    }
}
