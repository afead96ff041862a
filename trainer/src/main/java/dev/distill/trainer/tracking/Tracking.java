package dev.distill.trainer.tracking;

import dev.distill.trainer.TrainingEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A listener of a training that hands its figures to a tracker: each tenth step, as metrics.jsonl
 * has them, and each epoch. Tags are {@code train/...} and {@code validation/...}.
 */
public final class Tracking implements Consumer<TrainingEvent> {
    private static final int STEPS_PER_RECORD = 10;

    private final Tracker tracker;
    private long lastStep;

    public Tracking(Tracker tracker) {
        this.tracker = tracker;
    }

    @Override
    public void accept(TrainingEvent event) {
        switch (event) {
            case TrainingEvent.Started _,
                    TrainingEvent.Reading _,
                    TrainingEvent.Note _,
                    TrainingEvent.Saved _ -> {}
            case TrainingEvent.Resumed e -> {
                lastStep = e.step();
                tracker.resumed(e.step());
            }
            case TrainingEvent.Step e -> {
                lastStep = e.step();
                if (e.step() % STEPS_PER_RECORD == 0) {
                    Map<String, Double> values = new LinkedHashMap<>();
                    values.put("train/loss", e.loss());
                    values.put("train/learning_rate", e.learningRate());
                    values.put("train/gradient_norm", e.gradientNorm());
                    values.put("train/rows_per_second", e.rowsPerSecond());
                    tracker.scalars(e.step(), values);
                }
            }
            case TrainingEvent.Epoch e -> {
                Map<String, Double> values = new LinkedHashMap<>();
                values.put("validation/accuracy", e.accuracy());
                values.put("validation/loss", e.loss());
                tracker.scalars(lastStep, values);
            }
        }
    }
}
