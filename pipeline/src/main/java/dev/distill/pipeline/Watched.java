package dev.distill.pipeline;

import dev.distill.config.ConfigText;
import dev.distill.config.ExitCode;
import dev.distill.config.UserError;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.tracking.Tracker;
import dev.distill.trainer.tracking.Trackers;
import dev.distill.trainer.tracking.Tracking;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** Trainings whose events go to the run's own, to TensorBoard's files and to MLflow's server. */
final class Watched {
    private Watched() {}

    /**
     * Trains.
     *
     * @param scratch the training's own folder; the event files are in {@code tensorboard}
     * @param training takes the listener
     */
    static <T> T train(
            RunContext context, Path scratch, Function<Consumer<TrainingEvent>, T> training) {
        TrainingProgress progress = new TrainingProgress(context.events());
        try (Trackers trackers =
                Trackers.of(
                        context.job().config().name(),
                        scratch,
                        System.getenv(),
                        InstantSource.system(),
                        note -> progress.accept(new TrainingEvent.Note(note)))) {
            Map<String, String> settings = new TreeMap<>();
            ConfigText.map(context.job().config().train())
                    .forEach((name, value) -> settings.put(name, String.valueOf(value)));
            trackers.settings(settings);
            try {
                T result = training.apply(progress.andThen(new Tracking(trackers)));
                trackers.ended(Tracker.End.FINISHED);
                return result;
            } catch (RuntimeException | Error e) {
                trackers.ended(
                        e instanceof UserError u && u.code() == ExitCode.INTERRUPTED
                                ? Tracker.End.STOPPED
                                : Tracker.End.FAILED);
                throw e;
            }
        }
    }
}
