package dev.distill.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A proxy file: the providers, the routes over them, and what their tokens cost. */
@Doc("A distill proxy.")
public record ProxyConfig(
        @Doc("Version of this file format.") @AtLeast(1) @AtMost(1) int version,
        @Doc("Address and port to listen on; port 0 takes a free one.") @Default("127.0.0.1:8080")
                String listen,
        @Doc("Who answers, by name.") Map<String, Provider> providers,
        @Doc("Model names that callers use, each an ordered list of targets.")
                Map<String, List<Target>> routes,
        @Doc("What tokens cost, by model.") @Default("{}") Map<String, Price> prices,
        @Doc("Time limits of a call to a provider.") @Default("{}") Timeouts timeouts,
        @Doc("Attempts at one target before the next one is tried.")
                @Default("3")
                @AtLeast(1)
                @AtMost(10)
                int attempts) {

    /** Somebody who answers chat completions. */
    public sealed interface Provider {}

    /** Any endpoint that speaks the OpenAI chat completions dialect. */
    @Kind("openai")
    public record OpenAi(
            @Doc("Everything before /chat/completions.") @Default("https://api.openai.com/v1")
                    URI baseUrl,
            @Doc("env:NAME or file:PATH; never the key itself.") Optional<Secret> apiKey)
            implements Provider {}

    /** Recorded answers; everything that comes from one is marked as simulated. */
    @Kind("replay")
    public record Replay(
            @Doc("A JSONL file with one recorded answer a line.") @MustExist Path cassette,
            @Doc("Answers take as long as they were recorded to.") @Default("false")
                    boolean replayLatency)
            implements Provider {}

    /** One way to answer a route. */
    public record Target(
            @Doc("The name of a provider.") String provider,
            @Doc("The provider's name of the model.") String model) {}

    /** Prices in US dollars per million tokens. */
    public record Price(
            @Doc("Fresh input tokens.") @AtLeast(0) double input,
            @Doc(
                            "Input tokens read from the provider's cache; without one, the price of fresh ones.")
                    @AtLeast(0)
                    Optional<Double> cachedInput,
            @Doc("Output tokens, reasoning included.") @AtLeast(0) double output) {}

    /** Time limits of a call to a provider. */
    public record Timeouts(
            @Doc("To open a connection.") @Default("2s") Duration connect,
            @Doc("For the whole answer.") @Default("60s") Duration total) {}
}
