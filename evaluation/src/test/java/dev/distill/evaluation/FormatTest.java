package dev.distill.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FormatTest {
    @Test
    void figuresReadAsPeopleWriteThem() {
        assertThat(Format.percent(0.9124)).isEqualTo("91.2 %");
        assertThat(Format.points(0.008)).isEqualTo("+0.8 points");
        assertThat(Format.points(-0.02)).isEqualTo("\u22122.0 points");
        assertThat(Format.points(-0.0001)).isEqualTo("0.0 points");
        assertThat(Format.level(0.95)).isEqualTo("95 %");
        assertThat(Format.count(3080)).isEqualTo("3,080");
        assertThat(Format.about(6183)).isEqualTo("6,200");
        assertThat(Format.probability(0.00001)).isEqualTo("< 0.001");
    }

    @Test
    void measuresKeepTheDigitsThatMatter() {
        assertThat(Format.millis(8.6712)).isEqualTo("8.7 ms");
        assertThat(Format.millis(849.9)).isEqualTo("850 ms");
        assertThat(Format.millis(1254)).isEqualTo("1.25 s");
        assertThat(Format.usd(0)).isEqualTo("$0");
        assertThat(Format.usd(0.000278)).isEqualTo("$0.00028");
        assertThat(Format.usd(1234.5)).isEqualTo("$1,234.50");
        assertThat(Format.times(13.96)).isEqualTo("14\u00d7");
        assertThat(Format.times(2158.3)).isEqualTo("2,200\u00d7");
        assertThat(Format.bytes(90_900_000)).isEqualTo("90.9 MB");
        assertThat(Format.parameters(22_721_000)).isEqualTo("22.7 M");
        assertThat(Format.seconds(431)).isEqualTo("7.2 min");
    }

    @Test
    void nothingIsNoNumberOfTimesOfSomething() {
        assertThat(Format.comparison(2.5, "faster", "slower")).isEqualTo("2.5\u00d7 faster");
        assertThat(Format.comparison(0.5, "faster", "slower")).isEqualTo("2\u00d7 slower");
        assertThat(Format.comparison(0.0 / 3, "faster", "slower")).isEmpty();
        assertThat(Format.comparison(3 / 0.0, "faster", "slower")).isEmpty();
        assertThat(Format.comparison(0.0 / 0.0, "faster", "slower")).isEmpty();
    }

    @Test
    void aRangeNamesItsUnitOnce() {
        assertThat(Format.range(new Interval(0.904, 0.921, 0.95), Format::percent))
                .isEqualTo("90.4 to 92.1 %");
        assertThat(Format.range(new Interval(900, 1100, 0.95), Format::millis))
                .isEqualTo("900 ms to 1.1 s");
    }
}
