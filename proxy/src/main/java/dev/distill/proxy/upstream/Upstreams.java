package dev.distill.proxy.upstream;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.ProxyConfig;
import dev.distill.config.Secret;
import dev.distill.config.Shown;
import dev.distill.config.UserError;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/** Opens the providers that a proxy file declares. */
public final class Upstreams {
    private final Map<String, String> environment;
    private final InstantSource clock;
    private final Sleeper sleeper;
    private final RandomGenerator random;
    private final Function<Path, Provider> students;
    private final SSLContext tls;

    /**
     * @param environment where keys may be
     * @param sleeper what recordings wait with
     * @param random what keys are drawn with
     * @param students loads the student of a folder
     */
    public Upstreams(
            Map<String, String> environment,
            InstantSource clock,
            Sleeper sleeper,
            RandomGenerator random,
            Function<Path, Provider> students) {
        this(environment, clock, sleeper, random, students, trustOfThisJava());
    }

    Upstreams(
            Map<String, String> environment,
            InstantSource clock,
            Sleeper sleeper,
            RandomGenerator random,
            Function<Path, Provider> students,
            SSLContext tls) {
        this.environment = Map.copyOf(environment);
        this.clock = clock;
        this.sleeper = sleeper;
        this.random = random;
        this.students = students;
        this.tls = tls;
    }

    /**
     * Opens one. Nothing is sent yet.
     *
     * @throws UserError when a key is missing, an address is none, or a cassette is malformed, or a
     *     folder holds no student
     */
    public Upstream open(String name, ProxyConfig.Provider declared) {
        return switch (declared) {
            case ProxyConfig.OpenAi openAi ->
                    http(name, openAi.baseUrl(), new OpenAiVendor(openAi), declared);
            case ProxyConfig.Anthropic anthropic ->
                    http(
                            name,
                            anthropic.baseUrl(),
                            new AnthropicVendor(anthropic.baseUrl()),
                            declared);
            case ProxyConfig.Gemini gemini ->
                    http(name, gemini.baseUrl(), new GeminiVendor(gemini.baseUrl()), declared);
            case ProxyConfig.Bedrock bedrock -> {
                URI base = base(bedrock);
                yield http(name, base, new BedrockVendor(base, bedrock.region(), clock), declared);
            }
            case ProxyConfig.Replay replay -> new ReplayUpstream(name, replay, sleeper);
            case ProxyConfig.Student student ->
                    InProcessUpstream.of(name, student.folder(), students);
        };
    }

    /**
     * The keys of a provider as they are now; one that is nothing when there is none.
     *
     * @throws UserError when one is missing
     */
    public List<KeyPool.Key> keys(String name, ProxyConfig.Provider declared) {
        return switch (declared) {
            case ProxyConfig.OpenAi openAi -> tokens(name, openAi.apiKey(), openAi.keys());
            case ProxyConfig.Anthropic anthropic ->
                    tokens(name, anthropic.apiKey(), anthropic.keys());
            case ProxyConfig.Gemini gemini -> tokens(name, gemini.apiKey(), gemini.keys());
            case ProxyConfig.Bedrock bedrock -> List.of(only(aws(name, bedrock)));
            case ProxyConfig.Replay _, ProxyConfig.Student _ ->
                    List.of(only(new Credential.None()));
        };
    }

    private static URI base(ProxyConfig.Bedrock bedrock) {
        return bedrock.baseUrl()
                .orElseGet(
                        () ->
                                URI.create(
                                        "https://bedrock-runtime.%s.amazonaws.com"
                                                .formatted(bedrock.region())));
    }

    private Credential aws(String name, ProxyConfig.Bedrock bedrock) {
        return new Credential.Aws(
                name,
                bedrock.accessKeyId().resolve(environment),
                bedrock.secretAccessKey().resolve(environment),
                bedrock.sessionToken().map(token -> token.resolve(environment)));
    }

    private Upstream http(String name, URI base, Vendor vendor, ProxyConfig.Provider declared) {
        String scheme = String.valueOf(base.getScheme());
        boolean http = scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https");
        if (!http || base.getHost() == null || base.getRawQuery() != null) {
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.of(
                                    "base_url of provider %s must be an http or https address, got %s"
                                            .formatted(name, Shown.address(base.toString())))
                            .withHint("for example https://api.openai.com/v1, without a query"));
        }
        return new HttpUpstream(
                name,
                vendor,
                new KeyPool(keys(name, declared), System::nanoTime, clock, random),
                base,
                tls);
    }

    /** The keys, however they were written; one that is nothing when there is none. */
    private List<KeyPool.Key> tokens(
            String name, Optional<Secret> single, List<ProxyConfig.ProviderKey> several) {
        List<KeyPool.Key> keys =
                Stream.concat(
                                single.map(secret -> only(token(name, secret))).stream(),
                                several.stream().map(this::key))
                        .toList();
        return keys.isEmpty() ? List.of(only(new Credential.None())) : keys;
    }

    private KeyPool.Key key(ProxyConfig.ProviderKey key) {
        return new KeyPool.Key(
                token(key.name(), key.secret()),
                key.weight(),
                optional(key.rpm()),
                optional(key.tpm()));
    }

    private Credential token(String name, Secret secret) {
        return new Credential.Token(name, secret.resolve(environment));
    }

    private static KeyPool.Key only(Credential credential) {
        return new KeyPool.Key(credential, 1, OptionalInt.empty(), OptionalInt.empty());
    }

    private static OptionalInt optional(Optional<Integer> number) {
        return number.map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    private static SSLContext trustOfThisJava() {
        try {
            return SSLContext.getDefault();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }
}
