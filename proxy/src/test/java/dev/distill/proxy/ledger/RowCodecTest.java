package dev.distill.proxy.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.proxy.money.Drawdown.Draw;
import dev.distill.proxy.wire.Usage;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class RowCodecTest {
    @Property(tries = 200)
    void readsWhatItWrote(
            @ForAll @IntRange(min = -2) int number, @ForAll String text, @ForAll boolean present) {
        String clean =
                new String(
                        text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        java.nio.charset.StandardCharsets.UTF_8);
        Optional<String> some = Optional.of(clean).filter(_ -> present);
        OptionalLong amount =
                present ? OptionalLong.of(number * 1_000_000_007L) : OptionalLong.empty();
        Optional<Usage> usage = Optional.of(new Usage(number, 1, 2, 3, 4, 5, 6, 7, 8));
        Attempt attempt =
                new Attempt(
                        Instant.ofEpochMilli(number),
                        clean,
                        some,
                        clean,
                        clean,
                        number,
                        number,
                        amount,
                        usage,
                        present,
                        amount,
                        number,
                        some,
                        present
                                ? List.of(new Draw(clean, number, 3), new Draw("b", 1, number))
                                : List.of(),
                        present,
                        some,
                        Optional.empty());
        RequestRow row =
                new RequestRow(
                        Instant.ofEpochMilli(number),
                        clean,
                        new Who(some, some, some, some, some),
                        clean,
                        clean,
                        present,
                        clean,
                        number,
                        number,
                        amount,
                        Optional.of(new Served(clean, clean, usage, present, present)),
                        clean,
                        List.of(attempt, attempt));
        assertThat(Frame.read(ByteBuffer.wrap(Frame.row(row))))
                .extracting(frame -> frame.row().orElseThrow())
                .isEqualTo(row);
    }

    @Example
    void readsALogOfTheTimeWhenAnAttemptNamedOneLot() {
        RequestRow row = drawing(new Draw("x", 12, 0));
        byte[] now = RowCodec.write(row, 0);
        // one draw, "x", 12 tokens, nothing paid, not simulated, no name: before, "x" alone
        assertThat(Arrays.copyOfRange(now, now.length - 7, now.length))
                .containsExactly(2, 4, 'x', 24, 0, 0, 0);
        byte[] before = Arrays.copyOf(now, now.length - 4);
        before[0] = 2;
        before[before.length - 3] = 4;
        before[before.length - 2] = 'x';
        before[before.length - 1] = 0;
        assertThat(RowCodec.read(ByteBuffer.wrap(before))).isEqualTo(row);
    }

    private static RequestRow drawing(Draw draw) {
        RequestRow row = Samples.row("r");
        Attempt attempt =
                new Attempt(
                        row.at(),
                        "p",
                        Optional.empty(),
                        "m",
                        "good",
                        200,
                        1,
                        OptionalLong.empty(),
                        Optional.of(Usage.of(5, 7)),
                        false,
                        OptionalLong.of(1),
                        1,
                        Optional.empty(),
                        List.of(draw),
                        false,
                        Optional.empty(),
                        Optional.empty());
        return RequestRow.lost(
                row.at(), "r", row.who(), row.route(), row.dialect(), List.of(attempt));
    }

    @Property(tries = 500)
    void takesNoFrameThatIsCutOrChanged(
            @ForAll @IntRange(max = 150) int at, @ForAll @IntRange(min = 1, max = 255) int change) {
        byte[] whole = Frame.reserved(Samples.row("id"));
        byte[] cut = Arrays.copyOf(whole, Math.min(at, whole.length - 1));
        assertThat(Frame.read(ByteBuffer.wrap(cut))).isNull();
        byte[] changed = whole.clone();
        changed[at % whole.length] ^= (byte) change;
        assertThat(Frame.read(ByteBuffer.wrap(changed))).isNull();
    }

    @Test
    void aLogOfAProxyThatDidNotKeepTheProvidersNamesIsStillRead() {
        RequestRow row = Samples.reservation("id", Samples.who("ann"), 5);
        byte[] now = RowCodec.write(row, 0);
        byte[] then = Arrays.copyOf(now, now.length - 1); // without the name of its one attempt
        then[0] = 2; // version 1, as numbers are written
        assertThat(RowCodec.read(ByteBuffer.wrap(then))).isEqualTo(row);
    }
}
