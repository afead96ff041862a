package dev.distill.proxy.wire;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The codec of each dialect, for those who call us and for those whom we call. */
public final class Codecs {
    /** When an answer was made, for dialects that do not say. */
    private static final InstantSource CLOCK = InstantSource.system();

    private static final List<Codec> BOTH =
            List.of(
                    new OpenAiChatCodec(),
                    new OpenAiResponsesCodec(),
                    new OpenAiEmbeddings(),
                    new AnthropicCodec(CLOCK));

    private static final Map<Dialect, CallerCodec> CALLERS =
            BOTH.stream().collect(Collectors.toMap(Codec::dialect, Function.identity()));

    private static final Map<Dialect, ProviderCodec> PROVIDERS =
            Stream.concat(BOTH.stream(), Stream.of(new GeminiCodec(CLOCK), new BedrockCodec(CLOCK)))
                    .collect(Collectors.toMap(ProviderCodec::dialect, Function.identity()));

    private Codecs() {}

    /**
     * The codec of a dialect that callers speak.
     *
     * @throws IllegalArgumentException when none of them does
     */
    public static CallerCodec forCaller(Dialect dialect) {
        return known(CALLERS.get(dialect), dialect);
    }

    /** The codec of a dialect that providers speak. */
    public static ProviderCodec forProvider(Dialect dialect) {
        return known(PROVIDERS.get(dialect), dialect);
    }

    private static <T> T known(@Nullable T codec, Dialect dialect) {
        if (codec == null) {
            throw new IllegalArgumentException("no codec for " + dialect);
        }
        return codec;
    }
}
