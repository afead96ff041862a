package dev.distill.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MoneyTest {
    @Test
    void dollarsAreCountedInBillionths() {
        assertThat(Money.nano("0.000123")).isEqualTo(123_000);
        assertThat(Money.nano("5.00")).isEqualTo(5_000_000_000L);
        assertThat(Money.nano("0.0000000005")).isEqualTo(1);
        assertThat(Money.usd(123_000)).isEqualTo(0.000123);
    }
}
