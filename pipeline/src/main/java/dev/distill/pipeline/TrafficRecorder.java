package dev.distill.pipeline;

import dev.distill.datasets.ParquetFile;
import dev.distill.datasets.TrafficRow;
import dev.distill.proxy.recording.RecordedExchange;
import dev.distill.proxy.recording.RecordingSink;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Keeps recorded traffic as the Parquet files of a folder, one for each call, whose names sort by
 * time. The folder can be the {@code data.source} of a job, with {@code request_id} as its id.
 */
public final class TrafficRecorder implements RecordingSink {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Path folder;
    private final InstantSource clock;

    public TrafficRecorder(Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    @Override
    public void write(List<RecordedExchange> exchanges) {
        String unique = UUID.randomUUID().toString().substring(0, 8);
        Path part =
                folder.resolve(
                        "traffic-%s-%s.parquet".formatted(TIME.format(clock.instant()), unique));
        ParquetFile.write(
                part,
                TrafficRow.class,
                exchanges.stream().map(TrafficRecorder::row).toList(),
                Map.of());
    }

    private static TrafficRow row(RecordedExchange exchange) {
        return new TrafficRow(
                exchange.at(),
                exchange.requestId(),
                exchange.route(),
                exchange.model(),
                exchange.dialect(),
                exchange.text(),
                exchange.messages(),
                exchange.answer(),
                exchange.finishReason(),
                known(exchange.inputTokens()),
                known(exchange.outputTokens()),
                known(exchange.costNanoUsd()),
                exchange.mayTrainStudent());
    }

    private static Optional<Long> known(OptionalLong value) {
        return value.isPresent() ? Optional.of(value.getAsLong()) : Optional.empty();
    }
}
