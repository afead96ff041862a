package dev.distill.proxy;

import dev.distill.proxy.money.Kind;
import dev.distill.proxy.money.PriceRow;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Envelope;
import dev.distill.proxy.wire.ServerTools;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The most that one call can cost, before it is made.
 *
 * <p>No tokenizer makes more tokens of a text, or of an encoded sound, than it has bytes. Pictures
 * are scaled down by whoever reads them. What the request does not hold, and documents, whose pages
 * may be compressed a thousandfold, have no bound but the whole input of the model. Tools that the
 * provider runs have the model read its context again after each use.
 */
final class WorstCase {
    /**
     * A picture to Claude takes 4784 tokens at most (2576 by 2576 pixels, 28 by 28 a token): <a
     * href="https://docs.claude.com/en/docs/build-with-claude/vision">vision</a>.
     */
    private static final long TOKENS_OF_PICTURE_CLAUDE = 5_000;

    /**
     * The dearest picture known is gpt-4o-mini's: 2833 tokens and 5667 for each of at most 8 tiles,
     * 48,169 together: <a
     * href="https://platform.openai.com/docs/guides/images-vision#calculating-costs">vision</a>.
     * Gemini's tiles of 258 tokens stay below.
     */
    private static final long TOKENS_OF_PICTURE = 50_000;

    /** The longest answer of a model that nobody has said more about, in tokens. */
    private static final int LONGEST_ANSWER = 16_384;

    /** No answer is longer; keeps products of absurd requests within a long. */
    private static final long MOST_TOKENS = 100_000_000;

    private static final int MOST_CHOICES = 1000;

    /**
     * How often tools that the provider runs are used in a call that does not say: as many rounds
     * as Anthropic's <a
     * href="https://docs.claude.com/en/docs/build-with-claude/handling-stop-reasons">loop</a> makes
     * before it pauses; OpenAI does not say.
     */
    static final int TOOL_USES = 10;

    private static final int MOST_TOOL_USES = 1000;

    private static final Set<Kind> WITHOUT_AUDIO =
            Collections.unmodifiableSet(
                    EnumSet.complementOf(EnumSet.of(Kind.AUDIO_INPUT, Kind.AUDIO_OUTPUT)));

    private final PriceRow price;
    private final Envelope envelope;
    private final long tokensOfPicture;

    /**
     * @param dialect of the provider
     */
    WorstCase(PriceRow price, Envelope envelope, Dialect dialect) {
        this.price = price;
        this.envelope = envelope;
        this.tokensOfPicture =
                dialect == Dialect.ANTHROPIC_MESSAGES
                        ? TOKENS_OF_PICTURE_CLAUDE
                        : TOKENS_OF_PICTURE;
    }

    /**
     * What has to be known of the model to tell.
     *
     * @param code of the refusal
     * @param param of the request that needs it
     * @param why in words, after "a budget binds, but "
     * @param key of the price to be set in the proxy file; empty when none helps
     */
    record Missing(String code, String param, String why, Optional<String> key) {}

    /** What has to be known of the model to tell; empty when everything is. */
    Optional<Missing> missing() {
        ServerTools tools = envelope.serverTools();
        if (tools.costly().isPresent()) {
            return Optional.of(
                    new Missing(
                            Refusals.PRICE_UNKNOWN,
                            "tools",
                            "nobody can tell what tool %s costs by its use"
                                    .formatted(tools.costly().get()),
                            Optional.empty()));
        }
        if (tools.searches() && !price.pricesSearches()) {
            return Optional.of(
                    new Missing(
                            Refusals.PRICE_UNKNOWN,
                            "tools",
                            "web searches have no price",
                            Optional.of("web_search")));
        }
        if (isOpenEnded() && price.maxInputTokens().isEmpty()) {
            String what = envelope.openEnded().orElse("a tool that the provider runs");
            return Optional.of(
                    new Missing(
                            Refusals.WINDOW_UNKNOWN,
                            "model",
                            "the request has %s, of which the model may read up to its whole input"
                                    .formatted(what),
                            Optional.of("max_input_tokens")));
        }
        return Optional.empty();
    }

    /** Whether nobody has said how long the answer may be. */
    boolean hasEndlessAnswer() {
        return envelope.maxOutputTokens().isEmpty() && price.maxOutputTokens().isEmpty();
    }

    /** In nano dollars; only as good as what is {@link #missing}. */
    long nanoUsd() {
        long searches =
                uses(envelope.serverTools().searches(), envelope.serverTools().mostSearches());
        return price.worst(
                input(),
                output(),
                Math.multiplyExact(searches, choices()),
                envelope.sound() ? Kind.ALL : WITHOUT_AUDIO,
                envelope.serviceTier());
    }

    private boolean isOpenEnded() {
        return envelope.openEnded().isPresent() || envelope.serverTools().present();
    }

    private long input() {
        long window = price.maxInputTokens().orElse(Integer.MAX_VALUE);
        long sounds = envelope.sound() ? envelope.mediaBytes() : 0;
        long pictures = tokensOfPicture * envelope.pictures();
        long held = envelope.textBytes() + Math.min(pictures + sounds, window);
        if (!isOpenEnded()) {
            return held;
        }
        ServerTools tools = envelope.serverTools();
        return Math.max(held, price.maxInputTokens().orElse(0))
                * (1 + uses(tools.present(), tools.uses()));
    }

    private static long uses(boolean any, OptionalLong most) {
        return any ? Math.min(most.orElse(TOOL_USES), MOST_TOOL_USES) : 0;
    }

    private long output() {
        OptionalLong asked = envelope.maxOutputTokens();
        long longest = price.maxOutputTokens().orElse(LONGEST_ANSWER);
        long output =
                price.maxOutputTokens().isPresent()
                        ? Math.min(asked.orElse(longest), longest)
                        : asked.orElse(longest);
        return Math.min(output, MOST_TOKENS) * choices();
    }

    private long choices() {
        return Math.min(envelope.choices(), MOST_CHOICES);
    }
}
