package dev.distill.trainer.tracking;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A training as a run of an MLflow server. The calls are made by a thread of its own from a bounded
 * queue: the training never waits, and when the server fails, the first failure is told and the
 * rest of the tracking is given up.
 *
 * <p>A resumed training goes on in its run, whose number is kept in a file beside the checkpoints.
 *
 * <p>Whoever made it closes it.
 */
final class MlflowRun implements Tracker {
    private static final int QUEUED = 1000;

    /** Most metrics of one call, by MLflow's own limit. */
    private static final int METRICS = 1000;

    /** Most parameters of one call and longest value, by MLflow's own limits. */
    private static final int PARAMETERS = 100;

    private static final int VALUE = 6000;
    private static final Duration LAST_WAIT = Duration.ofSeconds(15);

    private final MlflowServer server;
    private final String experiment;
    private final String name;
    private final Path file;
    private final InstantSource clock;
    private final Consumer<String> notes;
    private final BlockingQueue<Entry> queue = new ArrayBlockingQueue<>(QUEUED);
    private final Thread worker;
    private volatile boolean failed;
    private boolean goesOn;
    private boolean dropped;

    /** What the worker has to do. */
    private sealed interface Entry {
        record Settings(Map<String, String> values) implements Entry {}

        record Metric(String key, double value, long step, long millis) implements Entry {}

        record Ended(End end, long millis) implements Entry {}

        record Close() implements Entry {}
    }

    /**
     * A run that begins with the first thing that it is told.
     *
     * @param experiment by name; made when there is none
     * @param name of the run
     * @param file keeps the run's number for a resumed training
     * @param notes is told, once and on another thread, what went wrong
     */
    MlflowRun(
            MlflowServer server,
            String experiment,
            String name,
            Path file,
            InstantSource clock,
            Consumer<String> notes) {
        this.server = server;
        this.experiment = experiment;
        this.name = name;
        this.file = file;
        this.clock = clock;
        this.notes = notes;
        this.worker = Thread.ofVirtual().name("mlflow").start(this::work);
    }

    @Override
    public void settings(Map<String, String> settings) {
        put(new Entry.Settings(Map.copyOf(settings)));
    }

    /** Nothing to do: MLflow keeps several values of a step and shows the latest. */
    @Override
    public void resumed(long step) {}

    @Override
    public void scalars(long step, Map<String, Double> values) {
        values.forEach((key, value) -> put(new Entry.Metric(key, value, step, clock.millis())));
    }

    @Override
    public void ended(End end) {
        put(new Entry.Ended(end, clock.millis()));
    }

    private void put(Entry entry) {
        if (!failed && !queue.offer(entry) && !dropped) {
            dropped = true;
            notes.accept("mlflow: the server is too slow, some figures are not sent");
        }
    }

    @Override
    public void close() {
        try {
            if (!queue.offer(new Entry.Close(), LAST_WAIT.toMillis(), TimeUnit.MILLISECONDS)
                    || !worker.join(LAST_WAIT)) {
                worker.interrupt();
                worker.join(Duration.ofSeconds(1));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        server.close();
    }

    private void work() {
        try {
            List<Entry> batch = new ArrayList<>();
            @Nullable String run = null;
            while (true) {
                batch.add(queue.take());
                queue.drainTo(batch, METRICS - 1);
                if (run == null && !(batch.getFirst() instanceof Entry.Close)) {
                    run = begin();
                }
                if (run != null) {
                    send(run, batch);
                }
                if (batch.contains(new Entry.Close())) {
                    return;
                }
                batch.clear();
            }
        } catch (InterruptedException _) {
            // closed while the server did not answer
        } catch (IOException | RuntimeException e) {
            failed = true;
            queue.clear(); // leaves room for the end
            notes.accept("mlflow: " + e.getMessage() + "; the training goes on without it");
        }
    }

    /** The run of this training: the one it had, if the server still knows it, or a new one. */
    private String begin() throws IOException, InterruptedException {
        if (Files.exists(file)) {
            String known = Json.parse(Files.readString(file)).path("run_id").asText();
            ObjectNode again = Json.object().put("run_id", known).put("status", "RUNNING");
            try {
                server.post("runs/update", again);
                goesOn = true;
                return known;
            } catch (IOException e) {
                if (!String.valueOf(e.getMessage()).contains("answered 404")) {
                    throw e;
                }
            }
        }
        ObjectNode request =
                Json.object()
                        .put("experiment_id", server.experiment(experiment))
                        .put("run_name", name)
                        .put("start_time", clock.millis());
        String run =
                server.post("runs/create", request)
                        .path("run")
                        .path("info")
                        .path("run_id")
                        .asText();
        AtomicFile.write(file, Json.pretty(Json.object().put("run_id", run)));
        return run;
    }

    private void send(String run, List<Entry> batch) throws IOException, InterruptedException {
        ObjectNode metrics = Json.object().put("run_id", run);
        ArrayNode values = metrics.putArray("metrics");
        for (Entry entry : batch) {
            switch (entry) {
                case Entry.Metric m ->
                        values.addObject()
                                .put("key", m.key)
                                .put("value", m.value)
                                .put("timestamp", m.millis)
                                .put("step", m.step);
                case Entry.Settings s -> {
                    if (!goesOn) { // MLflow refuses other values, as of another save_steps
                        parameters(run, s.values);
                    }
                }
                case Entry.Ended _, Entry.Close _ -> {}
            }
        }
        if (!values.isEmpty()) {
            server.post("runs/log-batch", metrics);
        }
        for (Entry entry : batch) {
            if (entry instanceof Entry.Ended(End end, long millis)) {
                server.post("runs/update", ended(run, end, millis));
            }
        }
    }

    private void parameters(String run, Map<String, String> settings)
            throws IOException, InterruptedException {
        List<String> names = settings.keySet().stream().sorted().toList();
        for (int start = 0; start < names.size(); start += PARAMETERS) {
            ObjectNode call = Json.object().put("run_id", run);
            ArrayNode parameters = call.putArray("params");
            for (String key : names.subList(start, Math.min(start + PARAMETERS, names.size()))) {
                String value = settings.getOrDefault(key, "");
                parameters
                        .addObject()
                        .put("key", key)
                        .put("value", value.substring(0, Math.min(VALUE, value.length())));
            }
            server.post("runs/log-batch", call);
        }
    }

    private static ObjectNode ended(String run, End end, long millis) {
        String status =
                switch (end) {
                    case FINISHED -> "FINISHED";
                    case STOPPED -> "KILLED";
                    case FAILED -> "FAILED";
                };
        return Json.object().put("run_id", run).put("status", status).put("end_time", millis);
    }
}
