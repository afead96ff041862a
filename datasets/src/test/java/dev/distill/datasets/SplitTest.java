package dev.distill.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.DataConfig;
import dev.distill.config.UserError;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SplitTest {
    @Property(tries = 30)
    void newRowsNeverMoveOldOnes(
            @ForAll long seed, @ForAll @IntRange(min = 60, max = 200) int size) {
        DataConfig.Split config = new DataConfig.Split(0.3, seed);
        Split before = Split.of(requests(size), config);
        Split after = Split.of(requests(size + 50), config);
        assertThat(after.train()).containsAll(before.train());
        assertThat(after.validation()).containsAll(before.validation());
        assertThat(before.train().size() + before.validation().size()).isEqualTo(size);
    }

    @Property(tries = 30)
    void aGroupIsNeverDivided(@ForAll long seed) {
        Split split = Split.of(requests(300), new DataConfig.Split(0.4, seed));
        List<String> train = split.train().stream().map(Request::groupOrId).distinct().toList();
        assertThat(split.validation()).noneMatch(row -> train.contains(row.groupOrId()));
    }

    @Test
    void keepsAboutTheShareAskedForAndFollowsTheSeed() {
        Split split = Split.of(requests(20_000), new DataConfig.Split(0.1, 7));
        assertThat(split.validation()).hasSizeBetween(1_800, 2_200);
        assertThat(Split.of(requests(20_000), new DataConfig.Split(0.1, 8))).isNotEqualTo(split);
        assertThat(Split.partOf("g1", new DataConfig.Split(0.1, 7)))
                .isEqualTo(Split.partOf("g1", new DataConfig.Split(0.1, 7)));
    }

    @Test
    void refusesAnEmptyPart() {
        assertThatThrownBy(() -> Split.of(requests(2), new DataConfig.Split(0.000001, 7)))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        "data.split leaves no rows for validation: 2 rows in 1 groups, validation 1.0E-6\n"
                                + "hint: add rows of other groups, raise data.split.validation, or try"
                                + " another data.split.seed");
    }

    /** Two rows in each group. */
    private static List<Request> requests(int size) {
        return IntStream.range(0, size)
                .mapToObj(
                        i ->
                                new Request(
                                        "r" + i,
                                        "t" + i,
                                        Optional.empty(),
                                        Optional.of("g" + i / 2),
                                        Rows.PLACE))
                .toList();
    }
}
