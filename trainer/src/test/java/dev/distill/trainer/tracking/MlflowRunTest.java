package dev.distill.trainer.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MlflowRunTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1000));

    @TempDir private Path work;
    private final List<String> notes = new CopyOnWriteArrayList<>();
    private int opened;
    private FakeMlflow server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeMlflow();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aTrainingBecomesARunWithItsSettingsFiguresAndEnd() throws IOException {
        try (Trackers trackers = trackers(Map.of("MLFLOW_TRACKING_URI", server.address() + "/"))) {
            trackers.settings(Map.of("learning_rate", "1.0E-4"));
            trackers.scalars(10, Map.of("train/loss", 0.5));
            trackers.scalars(20, Map.of("train/loss", 0.25));
            trackers.ended(Tracker.End.FINISHED);
        }

        assertThat(notes).isEmpty();
        assertThat(server.bodies("experiments/create"))
                .containsExactly(Json.parse("{\"name\":\"Default\"}"));
        assertThat(server.bodies("runs/create"))
                .containsExactly(
                        Json.parse(
                                """
                                {"experiment_id":"id of Default","run_name":"intents","start_time":1000}
                                """));
        assertThat(sent("params"))
                .containsExactly(Json.parse("{\"key\":\"learning_rate\",\"value\":\"1.0E-4\"}"));
        assertThat(sent("metrics"))
                .containsExactly(
                        Json.parse(
                                """
                                {"key":"train/loss","value":0.5,"timestamp":1000,"step":10}
                                """),
                        Json.parse(
                                """
                                {"key":"train/loss","value":0.25,"timestamp":1000,"step":20}
                                """));
        assertThat(server.calls().getLast().body())
                .isEqualTo(
                        Json.parse(
                                """
                                {"run_id":"run-1","status":"FINISHED","end_time":1000}
                                """));
    }

    @Test
    void aResumedTrainingGoesOnInItsRunAndMakesANewOneWhereItIsForgotten() {
        Map<String, String> environment =
                Map.of(
                        "MLFLOW_TRACKING_URI",
                        server.address(),
                        "MLFLOW_EXPERIMENT_NAME",
                        "of mine");
        run(environment);
        run(environment);
        assertThat(server.bodies("runs/create")).hasSize(1);
        assertThat(server.bodies("experiments/create")).hasSize(1);

        server.forget();
        run(environment);

        assertThat(server.bodies("runs/create")).hasSize(2);
        assertThat(notes).isEmpty();
    }

    @Test
    void aResumedTrainingWithAnotherSaveStepsIsNoConflict() {
        Map<String, String> environment = Map.of("MLFLOW_TRACKING_URI", server.address());
        for (String every : List.of("50", "10")) {
            try (Trackers trackers = trackers(environment)) {
                trackers.settings(Map.of("train.save_steps", every));
                trackers.scalars(1, Map.of("train/loss", 0.5));
            }
        }

        assertThat(notes).isEmpty();
        assertThat(sent("params"))
                .containsExactly(Json.object().put("key", "train.save_steps").put("value", "50"));
        assertThat(sent("metrics")).hasSize(2);
    }

    @Test
    void aServerThatFailsIsToldOnceAndThenLeftAlone() {
        server.fail(507);
        try (Trackers trackers = trackers(Map.of("MLFLOW_TRACKING_URI", server.address()))) {
            for (int step = 0; step < 5000; step++) {
                trackers.scalars(step, Map.of("train/loss", 0.5));
            }
            trackers.ended(Tracker.End.FAILED);
        }

        assertThat(notes)
                .filteredOn(note -> !note.contains("too slow"))
                .containsExactly(
                        "mlflow: "
                                + server.address()
                                + ": experiments/get-by-name answered 507: no room left;"
                                + " the training goes on without it");
        assertThat(server.calls()).hasSize(1);
    }

    @Test
    void aServerThatIsNotThereIsTold() {
        server.close();
        run(Map.of("MLFLOW_TRACKING_URI", server.address()));

        assertThat(notes)
                .singleElement()
                .asString()
                .startsWith("mlflow: " + server.address() + ": ")
                .endsWith("; the training goes on without it");
    }

    @Test
    void theCredentialsAreThoseOfMlflowsOwnClient() {
        run(Map.of("MLFLOW_TRACKING_URI", server.address(), "MLFLOW_TRACKING_TOKEN", "abc"));
        assertThat(server.calls().getFirst().authorization()).isEqualTo("Bearer abc");

        run(
                Map.of(
                        "MLFLOW_TRACKING_URI", server.address(),
                        "MLFLOW_TRACKING_USERNAME", "Aladdin",
                        "MLFLOW_TRACKING_PASSWORD", "open sesame"));
        assertThat(server.calls().getLast().authorization())
                .isEqualTo("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="); // the example of RFC 7617
    }

    @Test
    void anAddressThatIsNoServersIsRefusedInWords() {
        run(Map.of("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db"));

        assertThat(notes)
                .containsExactly(
                        "mlflow: MLFLOW_TRACKING_URI must be an http or https address, got"
                                + " sqlite:///mlflow.db");
    }

    private void run(Map<String, String> environment) {
        try (Trackers trackers = trackers(environment)) {
            trackers.scalars(1, Map.of("train/loss", 0.5));
            trackers.ended(Tracker.End.STOPPED);
        }
    }

    private Trackers trackers(Map<String, String> environment) {
        // An event file is named after the time it was made.
        InstantSource clock = InstantSource.fixed(CLOCK.instant().plusNanos(opened++));
        return Trackers.of("intents", work, environment, clock, notes::add);
    }

    private List<JsonNode> sent(String member) {
        return server.bodies("runs/log-batch").stream()
                .flatMap(body -> StreamSupport.stream(body.path(member).spliterator(), false))
                .toList();
    }
}
