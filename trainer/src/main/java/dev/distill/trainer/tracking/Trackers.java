package dev.distill.trainer.tracking;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Several trackers as one. */
public final class Trackers implements Tracker {
    private static final String ADDRESS = "MLFLOW_TRACKING_URI";
    private static final String EXPERIMENT = "MLFLOW_EXPERIMENT_NAME";
    private static final String DEFAULT_EXPERIMENT = "Default"; // as MLflow's own client

    private final List<Tracker> trackers;

    public Trackers(List<Tracker> trackers) {
        this.trackers = List.copyOf(trackers);
    }

    /**
     * The trackers of a training: event files in {@code work/tensorboard}, and a run of the MLflow
     * server that {@code MLFLOW_TRACKING_URI} names.
     *
     * @param name of the training
     * @param work the training's own folder
     * @param notes is told what is left out and why
     */
    public static Trackers of(
            String name,
            Path work,
            Map<String, String> environment,
            InstantSource clock,
            Consumer<String> notes) {
        List<Tracker> trackers = new ArrayList<>();
        trackers.add(new EventFile(work.resolve("tensorboard"), clock));
        String address = environment.getOrDefault(ADDRESS, "").strip();
        if (address.startsWith("http://") || address.startsWith("https://")) {
            trackers.add(
                    new MlflowRun(
                            new MlflowServer(address, environment),
                            environment.getOrDefault(EXPERIMENT, DEFAULT_EXPERIMENT),
                            name,
                            work.resolve("mlflow.json"),
                            clock,
                            notes));
        } else if (!address.isEmpty()) {
            notes.accept(
                    "mlflow: %s must be an http or https address, got %s"
                            .formatted(ADDRESS, address));
        }
        return new Trackers(trackers);
    }

    @Override
    public void settings(Map<String, String> settings) {
        trackers.forEach(tracker -> tracker.settings(settings));
    }

    @Override
    public void resumed(long step) {
        trackers.forEach(tracker -> tracker.resumed(step));
    }

    @Override
    public void scalars(long step, Map<String, Double> values) {
        trackers.forEach(tracker -> tracker.scalars(step, values));
    }

    @Override
    public void ended(End end) {
        trackers.forEach(tracker -> tracker.ended(end));
    }

    @Override
    public void close() {
        trackers.forEach(Tracker::close);
    }
}
