package dev.distill.trainer.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.trainer.TrainingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.ofEpochMilli(1_700_000_000_500L));

    /** What tensorboard 2.20's own RecordWriter and messages make of the same three events. */
    private static final String REFERENCE =
            "1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b35311010"
                    + "0000000000000095fbfe180900002040fc54d94110ad023a020801596f3f793d000000000000"
                    + "006049f1ec0900002040fc54d94110ac022a2f0a110a0a747261696e2f6c6f73731500008"
                    + "03e0a1a0a1376616c69646174696f6e2f6163637572616379150000703fa105000e";

    @TempDir private Path folder;

    @Tag("golden")
    @Test
    void theBytesAreThoseOfTensorBoardsOwnWriter() throws IOException {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("train/loss", 0.25);
        values.put("validation/accuracy", 0.9375);
        try (EventFile events = new EventFile(folder, CLOCK)) {
            events.resumed(300);
            events.scalars(300, values);

            assertThat(Files.readAllBytes(events.file()))
                    .isEqualTo(HexFormat.of().parseHex(REFERENCE));
        }
    }

    @Test
    void everyTenthStepAndEveryEpochAreRecordedAtTheirStep() {
        List<String> told = new ArrayList<>();
        Tracking tracking = new Tracking(new Noting(told));

        tracking.accept(new TrainingEvent.Resumed(8, folder));
        for (int step = 9; step <= 12; step++) {
            tracking.accept(new TrainingEvent.Step(step, 20, 0.5, 1e-3, 2, 100));
        }
        tracking.accept(new TrainingEvent.Epoch(1, 2, 0.75, 0.3, true));

        assertThat(told)
                .containsExactly(
                        "resumed 8",
                        "10 {train/loss=0.5, train/learning_rate=0.001,"
                                + " train/gradient_norm=2.0, train/rows_per_second=100.0}",
                        "12 {validation/accuracy=0.75, validation/loss=0.3}");
    }

    private record Noting(List<String> told) implements Tracker {
        @Override
        public void settings(Map<String, String> settings) {
            told.add("settings " + settings);
        }

        @Override
        public void resumed(long step) {
            told.add("resumed " + step);
        }

        @Override
        public void scalars(long step, Map<String, Double> values) {
            told.add(step + " " + values);
        }

        @Override
        public void ended(End end) {
            told.add("ended " + end);
        }

        @Override
        public void close() {}
    }
}
