package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.distill.config.ProxyConfig.Price;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Usage;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OpenAiUsageTest {
    @Tag("golden")
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "plain|{'prompt_tokens':19,'completion_tokens':10,'total_tokens':29}|19|0|10|0",
                "cached and reasoning inside|{'prompt_tokens':2006,'completion_tokens':300,'total_tokens':2306,'prompt_tokens_details':{'cached_tokens':1920,'audio_tokens':0},'completion_tokens_details':{'reasoning_tokens':256,'accepted_prediction_tokens':0}}|86|1920|44|256",
                "details null|{'prompt_tokens':5,'completion_tokens':7,'total_tokens':12,'prompt_tokens_details':null,'completion_tokens_details':null}|5|0|7|0",
                "reasoning beside, by its total|{'prompt_tokens':32,'completion_tokens':9,'total_tokens':135,'prompt_tokens_details':{'cached_tokens':6},'completion_tokens_details':{'reasoning_tokens':94}}|26|6|9|94",
                "reasoning beside, without a total|{'prompt_tokens':1,'completion_tokens':2,'completion_tokens_details':{'reasoning_tokens':3}}|1|0|2|3",
                "all cached|{'prompt_tokens':4,'completion_tokens':0,'total_tokens':4,'prompt_tokens_details':{'cached_tokens':4}}|0|4|0|0",
            })
    void splitsAUsageObjectIntoKindsThatDoNotOverlap(
            String name, String usage, long fresh, long cached, long text, long reasoning)
            throws JsonProcessingException {
        assertThat(OpenAiUsage.of(Json.parse(usage.replace('\'', '"'))))
                .as(name)
                .contains(usage(fresh, cached, text, reasoning));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "{}",
                "{\"prompt_tokens\":5}",
                "{\"prompt_tokens\":-5,\"completion_tokens\":1}",
                "{\"prompt_tokens\":\"5\",\"completion_tokens\":1}",
                "{\"prompt_tokens\":5,\"completion_tokens\":1,\"prompt_tokens_details\":{\"cached_tokens\":6}}"
            })
    void knowsNothingFromAUsageObjectThatIsAbsentOrWrong(String usage)
            throws JsonProcessingException {
        assertThat(OpenAiUsage.of(Json.parse(usage))).isEmpty();
    }

    @Test
    @Tag("golden")
    void pricesEachKindOnceAndRoundsUp() {
        Price price = price(0.15, Optional.of(0.075), 0.60);
        // 86 x 150 + 1920 x 75 + (44 + 256) x 600 nano dollars
        assertThat(Cost.of(price, usage(86, 1920, 44, 256))).isEqualTo(336_900);
        Price odd = price(0.0375, Optional.empty(), 0);
        assertThat(Cost.of(odd, usage(1, 1, 0, 0))).isEqualTo(75);
        assertThat(Cost.of(odd, usage(1, 0, 0, 0))).isEqualTo(38);
    }

    @Test
    void writesMoneyAsPlainDecimals() {
        assertThat(Cost.usd(1)).isEqualTo("0.000000001");
        assertThat(Cost.usd(0)).isEqualTo("0");
        assertThat(Cost.usd(12_000_000_000L)).isEqualTo("12");
        assertThat(Cost.usd(OptionalLong.empty())).isEqualTo("unknown");
    }

    @Property
    void theWorstCaseIsNeverBelowWhatAnAnswerCosts(
            @ForAll @IntRange(max = 100_000) int fresh,
            @ForAll @IntRange(max = 100_000) int cached,
            @ForAll @IntRange(max = 100_000) int text,
            @ForAll @IntRange(max = 100_000) int reasoning,
            @ForAll @IntRange(max = 1000) int cents) {
        Price price = price(cents / 100.0, Optional.of(cents / 70.0), cents / 30.0);
        assertThat(Cost.atMost(price, fresh + cached, text + reasoning))
                .isGreaterThanOrEqualTo(Cost.of(price, usage(fresh, cached, text, reasoning)));
    }

    private static Usage usage(long fresh, long cached, long text, long reasoning) {
        return new Usage(fresh, cached, 0, 0, 0, text, reasoning, 0, 0);
    }

    private static Price price(double input, Optional<Double> cachedInput, double output) {
        Price plain = Price.of(input, output);
        return new Price(
                input,
                cachedInput,
                output,
                plain.cacheWrite(),
                plain.cacheWriteHour(),
                plain.reasoning(),
                plain.audioInput(),
                plain.audioOutput(),
                plain.webSearch(),
                plain.maxOutputTokens(),
                plain.bands(),
                plain.tiers(),
                plain.from());
    }
}
