package dev.distill.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LatencyTest {
    @Test
    void percentilesAreObservationsInWhateverOrderTheyCame() {
        List<Double> millis = IntStream.range(0, 200).mapToObj(i -> (i * 77 % 200) + 1.0).toList();
        Latency latency = Latency.of(Provenance.MEASURED, 4, millis, 3, 10, 0.95);
        assertThat(latency.p50().value()).isEqualTo(100);
        assertThat(latency.p95().value()).isEqualTo(190);
        assertThat(latency.p99().value()).isEqualTo(198);
        assertThat(latency.n()).isEqualTo(200);
        assertThat(latency.failures()).isEqualTo(3);
        assertThat(latency.requestsPerSecond()).isEqualTo(20);
    }

    @Test
    void nothingMeasuredIsRefused() {
        assertThatThrownBy(() -> Latency.of(Provenance.MEASURED, 1, List.of(), 9, 1, 0.95))
                .hasMessage("a latency rests on at least one answered request");
        assertThatThrownBy(() -> Latency.of(Provenance.MEASURED, 1, List.of(5.0), 0, 0, 0.95))
                .hasMessage("wallSeconds must be > 0, got 0.0");
    }

    @Test
    void aCostRestsOnRequestsAndIsNeverNegative() {
        assertThatThrownBy(() -> Cost.ofUsage(100, 0, Provenance.MEASURED))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Cost.ofUsage(-1, 10, Provenance.MEASURED))
                .hasMessage("a cost must be >= 0, got -1.0E-4");
        assertThat(Cost.ofUsage(0, 10, Provenance.MEASURED).usdPerThousand()).isZero();
    }
}
