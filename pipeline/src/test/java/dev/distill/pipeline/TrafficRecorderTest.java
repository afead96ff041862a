package dev.distill.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.config.DataConfig.Columns;
import dev.distill.datasets.ParquetFile;
import dev.distill.datasets.Request;
import dev.distill.datasets.RequestFile;
import dev.distill.datasets.TrafficRow;
import dev.distill.proxy.recording.Exchange;
import dev.distill.proxy.recording.Recorder;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("it")
class TrafficRecorderTest {
    private static final Instant AT = Instant.parse("2026-01-01T10:20:30.004Z");

    @TempDir private Path folder;

    @Test
    void recordedTrafficIsTheSourceOfAJob() throws IOException {
        record("one");
        record("two");
        List<Path> parts;
        try (Stream<Path> files = Files.list(folder)) {
            parts = files.sorted().toList();
        }
        assertThat(parts)
                .hasSize(2)
                .allMatch(
                        part ->
                                part.getFileName()
                                        .toString()
                                        .matches(
                                                "traffic-20260101T102030\\.004Z-[0-9a-f]{8}\\.parquet"));
        TrafficRow row = ParquetFile.read(parts.getFirst(), TrafficRow.class).getFirst();
        assertThat(row.at()).isEqualTo(AT);
        assertThat(row.answer()).isEqualTo("fine");
        assertThat(row.inputTokens()).contains(5L);
        assertThat(row.costNanoUsd()).isEmpty();
        assertThat(row.mayTrainStudent()).isTrue();
        Columns columns =
                new Columns(
                        Optional.of("request_id"), "text", "label", "answer", Optional.of("route"));
        assertThat(RequestFile.read(folder, columns))
                .extracting(Request::id)
                .containsExactlyInAnyOrder("one", "two");
    }

    private void record(String id) {
        try (Recorder recorder = new Recorder(List.of(), new TrafficRecorder(folder, () -> AT))) {
            recorder.offer(
                    new Exchange(
                            AT,
                            id,
                            "chat",
                            "gpt-5",
                            Dialect.OPENAI_CHAT,
                            "{\"messages\":[{\"role\":\"user\",\"content\":\"how are you?\"}]}",
                            "fine",
                            "stop",
                            Optional.of(Usage.of(5, 1)),
                            OptionalLong.empty(),
                            true));
        }
    }
}
