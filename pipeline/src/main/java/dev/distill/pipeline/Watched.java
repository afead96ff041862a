package dev.distill.pipeline;

import dev.distill.config.ExitCode;
import dev.distill.config.KindSettings;
import dev.distill.config.StudentConfig;
import dev.distill.config.UserError;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.tracking.Tracker;
import dev.distill.trainer.tracking.Trackers;
import dev.distill.trainer.tracking.Tracking;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Function;

/** Trainings whose events go to the run's own, to TensorBoard's files and to MLflow's server. */
final class Watched {
    private Watched() {}

    /**
     * Trains. An MLflow run is named after the job and the kind, since a job may train several.
     *
     * @param scratch the training's own folder; the event files are in {@code tensorboard}
     * @param training takes the listener
     */
    static <T> T train(
            RunContext context,
            StudentConfig.Kind kind,
            Path scratch,
            Function<Consumer<TrainingEvent>, T> training) {
        TrainingProgress progress = new TrainingProgress(context.events());
        try (Trackers trackers =
                Trackers.of(
                        context.job().config().name() + " " + kind.word(),
                        scratch,
                        System.getenv(),
                        InstantSource.system(),
                        note -> progress.accept(new TrainingEvent.Note(note)))) {
            trackers.settings(KindSettings.of(context.job().config(), kind));
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
