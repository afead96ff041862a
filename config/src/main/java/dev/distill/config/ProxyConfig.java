package dev.distill.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A proxy file: the providers, the routes over them, and what their tokens cost and may cost. */
@Doc("A distill proxy.")
public record ProxyConfig(
        @Doc("Version of this file format.") @AtLeast(1) @AtMost(1) int version,
        @Doc(
                        "Address and port to listen on; port 0 takes a free one. Addresses other"
                                + " than loopback need keys.")
                @Default("127.0.0.1:8080")
                String listen,
        @Doc("Serve HTTPS.") Optional<Tls> tls,
        @Doc("Who answers, by name.") Map<String, Provider> providers,
        @Doc("Model names that callers use: an ordered list of targets, or the keys below.")
                Map<String, Route> routes,
        @Doc("What tokens cost, by model: one price, or a list of them with dates.")
                @Default("{}")
                @OneOrMany
                Map<String, List<Price>> prices,
        @Doc(
                        "A price file in the community format"
                                + " (model_prices_and_context_window.json); prices goes first.")
                @MustExist
                Optional<Path> priceFile,
        @Doc(
                        "What models without a price are taken to cost; without it, they are"
                                + " refused where a budget binds.")
                Optional<Price> unknownPrice,
        @Doc("Time limits of a call to a provider.") @Default("{}") Timeouts timeouts,
        @Doc("When a failed call is made again.") @Default("{}") Retry retry,
        @Doc("When a failing target is left alone.") @Default("{}") Breaker breaker,
        @Doc("The file of virtual keys, made by distill keys; without it, nobody needs a key.")
                Optional<Path> keys,
        @Doc("Most money in a window of time.") @Default("[]") List<Budget> budgets,
        @Doc("Most requests and tokens per minute.") @Default("[]") List<Limit> limits,
        @Doc("Tokens bought in advance, used first while they last.") @Default("[]") List<Lot> lots,
        @Doc("When a session that runs away is pinged and stopped.") @Default("{}") Runaway runaway,
        @Doc("Where requests and their costs are kept.") @Default("{}") Ledger ledger,
        @Doc("Keep requests and answers as training material.") Optional<Recording> recording,
        @Doc("What the proxy takes on at the same time.") @Default("{}") Capacity capacity,
        @Doc("Where traces go.") @Default("{}") Telemetry telemetry) {

    /** A certificate and its key, both PEM. */
    public record Tls(
            @Doc("PEM file with the certificate chain.") @MustExist Path certificate,
            @Doc("PEM file with the PKCS #8 private key.") @MustExist Path privateKey) {}

    /** Somebody who answers. */
    public sealed interface Provider {}

    /** What happens to a call when its caller has gone. */
    public enum ClientGone {
        /** The connection is closed; the provider stops, or so it says. */
        CANCEL,
        /** The answer is read to its end, for its usage: the provider bills it anyway. */
        DRAIN
    }

    /**
     * Any endpoint that speaks the OpenAI dialects: OpenAI, Azure, vLLM, Ollama and many others.
     */
    @Kind("openai")
    public record OpenAi(
            @Doc("Everything before /chat/completions.") @Default("https://api.openai.com/v1")
                    URI baseUrl,
            @Doc(
                            "env:NAME or file:PATH, which is read again when it changes; never the key itself.")
                    Optional<Secret> apiKey,
            @Doc("Several keys, instead of api_key.") @Default("[]") List<ProviderKey> keys,
            @Doc("The header that carries the key.") @Default("bearer") KeyHeader keyHeader,
            @Doc(
                            "Whether it has /responses itself; without a word, only OpenAI's and"
                                    + " Azure's own hosts do.")
                    Optional<Boolean> responses,
            @Doc("More query parameters, such as api-version.") @Default("{}") @Confidential
                    Map<String, String> query,
            @Doc("When the caller has gone: cancel or drain.") @Default("cancel")
                    ClientGone onClientGone)
            implements Provider {
        /** Without the values of the query, one of which may be a key. */
        @Override
        public String toString() {
            return "OpenAi[%s, query of %s]"
                    .formatted(Shown.address(baseUrl.toString()), query.keySet());
        }
    }

    /** Where a key of an OpenAI-like provider stands. */
    public enum KeyHeader {
        /** {@code Authorization: Bearer KEY}. */
        BEARER,
        /** {@code api-key: KEY}, as Azure wants it. */
        API_KEY
    }

    /** Anthropic's Messages API. */
    @Kind("anthropic")
    public record Anthropic(
            @Doc("Everything before /v1/messages.") @Default("https://api.anthropic.com")
                    URI baseUrl,
            @Doc(
                            "env:NAME or file:PATH, which is read again when it changes; never the key itself.")
                    Optional<Secret> apiKey,
            @Doc("Several keys, instead of api_key.") @Default("[]") List<ProviderKey> keys,
            @Doc("When the caller has gone: cancel or drain.") @Default("cancel")
                    ClientGone onClientGone)
            implements Provider {}

    /** Google's Gemini API. */
    @Kind("gemini")
    public record Gemini(
            @Doc("Everything before /models.")
                    @Default("https://generativelanguage.googleapis.com/v1beta")
                    URI baseUrl,
            @Doc(
                            "env:NAME or file:PATH, which is read again when it changes; never the key itself.")
                    Optional<Secret> apiKey,
            @Doc("Several keys, instead of api_key.") @Default("[]") List<ProviderKey> keys,
            @Doc("When the caller has gone: cancel or drain.") @Default("cancel")
                    ClientGone onClientGone)
            implements Provider {}

    /** Amazon Bedrock's Converse API; requests are signed with AWS Signature Version 4. */
    @Kind("bedrock")
    public record Bedrock(
            @Doc("The AWS region.") String region,
            @Doc("Another endpoint than the region's own.") Optional<URI> baseUrl,
            @Doc(
                            "The access key id: env:NAME or file:PATH, as are the other two; files are read again when they change.")
                    @Default("env:AWS_ACCESS_KEY_ID")
                    Secret accessKeyId,
            @Doc("The secret access key.") @Default("env:AWS_SECRET_ACCESS_KEY")
                    Secret secretAccessKey,
            @Doc("The session token of temporary credentials.") Optional<Secret> sessionToken,
            @Doc("When the caller has gone: cancel or drain (Bedrock bills the whole answer).")
                    @Default("drain")
                    ClientGone onClientGone)
            implements Provider {}

    /** Recorded answers; everything that comes from one is marked as simulated. */
    @Kind("replay")
    public record Replay(
            @Doc(
                            "A JSONL file with one recorded answer a line, as --record writes it. Answers with a request are for that very request, in recorded order; the others for the text of the last user message.")
                    @MustExist
                    Path cassette,
            @Doc("Answers take as long as they were recorded to.") @Default("false")
                    boolean replayLatency)
            implements Provider {}

    /** A student that answers from within this process. */
    @Kind("student")
    public record Student(
            @Doc(
                            "The folder of a student's package: a run's model, or one of the registry. A causal-lm streams.")
                    @MustExist
                    Path folder)
            implements Provider {}

    /** One of several keys of a provider. */
    public record ProviderKey(
            @Doc("Its name in the ledger and the metrics.") String name,
            @Doc(
                            "env:NAME or file:PATH, which is read again when it changes; never the key itself.")
                    Secret secret,
            @Doc("Its share of the calls.") @Default("1") @Above(0) double weight,
            @Doc("Requests per minute that it is good for.") @AtLeast(1) Optional<Integer> rpm,
            @Doc("Tokens per minute that it is good for.") @AtLeast(1) Optional<Integer> tpm) {}

    /** A model name that callers use. Written as a list, it is the list of its targets. */
    @Shorthand("targets")
    public record Route(
            @Doc("Who may answer, in the order they are asked.") @Default("[]")
                    List<Target> targets,
            @Doc("The same with alternatives: all of a group share the load before the next group.")
                    @Default("[]")
                    List<List<Target>> groups,
            @Doc("How a group shares the load.") @Default("latency") Balance balance,
            @Doc("Time limits other than those of the file.") @Default("{}") RouteTimeouts timeouts,
            @Doc("Whether live traffic is answered from the store of paid answers, and kept there.")
                    @Default("false")
                    boolean store,
            @Doc(
                            "Hold a streamed answer back until it is whole, so that a broken one"
                                    + " starts again elsewhere.")
                    @Default("false")
                    boolean buffer,
            @Doc("Ask a second target too when the first is silent for this long.")
                    Optional<Duration> hedgeAfter,
            @Doc("Whether requests and answers are recorded, where recording is set.")
                    @Default("false")
                    boolean record,
            @Doc("Whether its answers may train a student.") @Default("true")
                    boolean mayTrainStudent,
            @Doc("When this name goes away and what replaces it.")
                    Optional<Retirement> retirement) {

        /** A list of targets and nothing else. */
        public static Route of(List<Target> targets) {
            return new Route(
                    targets,
                    List.of(),
                    Balance.LATENCY,
                    RouteTimeouts.NONE,
                    false,
                    false,
                    Optional.empty(),
                    false,
                    true,
                    Optional.empty());
        }

        /** The groups in order, whichever way they were written; none is empty. */
        public List<List<Target>> ordered() {
            return groups.isEmpty() ? targets.stream().map(List::of).toList() : groups;
        }
    }

    /** How a group of targets shares its load. */
    public enum Balance {
        /** By the weights alone. */
        WEIGHT,
        /** The one of two, drawn by weight, with fewer calls under way. */
        PENDING,
        /** The one of two, drawn by weight, that answers sooner. */
        LATENCY
    }

    /** One way to answer a route. */
    public record Target(
            @Doc("The name of a provider.") String provider,
            @Doc("The provider's name of the model.") String model,
            @Doc("Its share of the load in its group.") @Default("1") @Above(0) double weight) {}

    /** The end of a route. */
    public record Retirement(
            @Doc("The route that takes over.") String successor,
            @Doc("Since when callers are told.") Optional<LocalDate> deprecation,
            @Doc("From when on the successor answers.") Optional<LocalDate> sunset) {}

    /** Prices in US dollars per million tokens. */
    public record Price(
            @Doc("Fresh input tokens.") @AtLeast(0) double input,
            @Doc(
                            "Input tokens read from the provider's cache; without one, the price of"
                                    + " fresh ones.")
                    @AtLeast(0)
                    Optional<Double> cachedInput,
            @Doc("Output tokens.") @AtLeast(0) double output,
            @Doc("Input tokens written to a cache of 5 minutes; else 1.25 times fresh ones.")
                    @AtLeast(0)
                    Optional<Double> cacheWrite,
            @Doc("Input tokens written to a cache of an hour; else 2 times fresh ones.") @AtLeast(0)
                    Optional<Double> cacheWriteHour,
            @Doc("Reasoning tokens; else the price of output.") @AtLeast(0)
                    Optional<Double> reasoning,
            @Doc("Audio input tokens; else the price of input.") @AtLeast(0)
                    Optional<Double> audioInput,
            @Doc("Audio output tokens; else the price of output.") @AtLeast(0)
                    Optional<Double> audioOutput,
            @Doc(
                            "US dollars per thousand web searches; without one, a request that may search is refused where a budget binds.")
                    @AtLeast(0)
                    Optional<Double> webSearch,
            @Doc(
                            "The longest input of the model in tokens: what a request may have it read that continues a conversation at the provider, holds documents or has the provider use tools. Without one, such a request is refused where a budget binds.")
                    @AtLeast(1)
                    Optional<Integer> maxInputTokens,
            @Doc(
                            "The longest answer of the model in tokens: what an answer without a"
                                    + " limit may be.")
                    @AtLeast(1)
                    Optional<Integer> maxOutputTokens,
            @Doc("Prices of long requests.") @Default("[]") List<Band> bands,
            @Doc("Factors of the provider's service tiers, such as batch: 0.5 or priority: 2.")
                    @Default("{}")
                    Map<String, Double> tiers,
            @Doc("The first day of this price, in UTC.") Optional<LocalDate> from) {

        /** A price without anything special. */
        public static Price of(double input, double output) {
            Optional<Double> none = Optional.empty();
            return new Price(
                    input,
                    none,
                    output,
                    none,
                    none,
                    none,
                    none,
                    none,
                    none,
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    Map.of(),
                    Optional.empty());
        }
    }

    /** The prices of requests whose input, cached or not, is longer than a number of tokens. */
    public record Band(
            @Doc("Input tokens above which this holds, for the whole request.") @AtLeast(1)
                    int aboveInputTokens,
            @Doc("Fresh input tokens.") @AtLeast(0) double input,
            @Doc("Cached input tokens; else the same share of input as below the band.") @AtLeast(0)
                    Optional<Double> cachedInput,
            @Doc("Output tokens.") @AtLeast(0) double output) {}

    /** Time limits of a call to a provider, all counted from its start but idle. */
    public record Timeouts(
            @Doc("To open a connection.") @Default("2s") Duration connect,
            @Doc(
                            "To the first byte of an answer; unless written, 60s while another"
                                    + " target is left.")
                    Optional<Duration> headers,
            @Doc(
                            "To the first token of a streamed answer; unless written, 10s while"
                                    + " another target is left.")
                    Optional<Duration> firstToken,
            @Doc("Between two events of a streamed answer.") @Default("30s") Duration idle,
            @Doc("For the whole answer.") @Default("10m") Duration total) {}

    /** The time limits of a route that differ from those of the file. */
    public record RouteTimeouts(
            @Doc("To open a connection.") Optional<Duration> connect,
            @Doc("To the first byte of an answer.") Optional<Duration> headers,
            @Doc("To the first token of a streamed answer.") Optional<Duration> firstToken,
            @Doc("Between two events of a streamed answer.") Optional<Duration> idle,
            @Doc("For the whole answer.") Optional<Duration> total) {
        /** All as the file says. */
        public static final RouteTimeouts NONE =
                new RouteTimeouts(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());

        /** Those of the file but for what is said here. */
        public Timeouts over(Timeouts file) {
            return new Timeouts(
                    connect.orElse(file.connect()),
                    headers.or(file::headers),
                    firstToken.or(file::firstToken),
                    idle.orElse(file.idle()),
                    total.orElse(file.total()));
        }
    }

    /** When a failed call is made again. */
    public record Retry(
            @Doc("Calls to one target before the next one is tried.")
                    @Default("3")
                    @AtLeast(1)
                    @AtMost(10)
                    int attempts,
            @Doc("Calls for one request to all targets together.")
                    @Default("6")
                    @AtLeast(1)
                    @AtMost(20)
                    int attemptsInAll,
            @Doc("Most retries as a share of all requests; a few are always free.")
                    @Default("0.1")
                    @AtLeast(0)
                    @AtMost(1)
                    double budget,
            @Doc("Longest wait for a target that asks to wait.") @Default("10s")
                    Duration longestWait) {}

    /** When a failing target is left alone. */
    public record Breaker(
            @Doc("The time over which failures are counted.") @Default("30s") Duration window,
            @Doc("Fewest calls in it that say anything.") @Default("5") @AtLeast(1) int calls,
            @Doc("The share of failed ones from which the target is left alone.")
                    @Default("0.5")
                    @Above(0)
                    @AtMost(1)
                    double failures,
            @Doc("For how long, at first; it doubles up to longest_open.") @Default("5s")
                    Duration open,
            @Doc("For how long, at most.") @Default("30s") Duration longestOpen) {}

    /** A window of time in UTC. */
    public enum Period {
        /** From the full hour. */
        HOUR,
        /** From midnight. */
        DAY,
        /** From Monday. */
        WEEK,
        /** From the first day. */
        MONTH,
        /** Over all time. */
        EVER
    }

    /** Most money of whatever matches every key written here. */
    public record Budget(
            @Doc("A key by name, or each for every key on its own.") Optional<String> key,
            @Doc("A user, or each.") Optional<String> user,
            @Doc("A team, or each.") Optional<String> team,
            @Doc("A route, or each.") Optional<String> route,
            @Doc("A provider, or each.") Optional<String> provider,
            @Doc("A model as its provider names it, or each.") Optional<String> model,
            @Doc("US dollars.") @AtLeast(0) double usd,
            @Doc("The window after which it starts anew.") @Default("month") Period per,
            @Doc("The share from which callers are warned with a header.")
                    @Default("0.8")
                    @AtLeast(0)
                    @AtMost(1)
                    double warn) {}

    /** Most requests and tokens per minute of whatever matches every key written here. */
    public record Limit(
            @Doc("A key by name, or each for every key on its own.") Optional<String> key,
            @Doc("A user, or each.") Optional<String> user,
            @Doc("A team, or each.") Optional<String> team,
            @Doc("A route, or each.") Optional<String> route,
            @Doc("Requests per minute.") @AtLeast(1) Optional<Integer> rpm,
            @Doc("Tokens per minute, input and output.") @AtLeast(1) Optional<Integer> tpm) {}

    /** Tokens bought in advance. */
    public record Lot(
            @Doc("Its name in the ledger.") String name,
            @Doc("The provider it was bought from.") String provider,
            @Doc("The models it is good for; without any, all.") @Default("[]") List<String> models,
            @Doc("Tokens in it, input and output.") @AtLeast(1) long tokens,
            @Doc("US dollars paid for all of it.") @AtLeast(0) double usd,
            @Doc("The first day on which it can be used, in UTC.") Optional<LocalDate> from,
            @Doc("The last day on which it can be used, in UTC.") Optional<LocalDate> expires) {}

    /** When a session that runs away is pinged and stopped. */
    public record Runaway(
            @Doc("A session without a request for this long is over.") @Default("30m")
                    Duration sessionIdle,
            @Doc("Where pings and stops are posted to, as JSON.") Optional<URI> webhook,
            @Doc("The secret that signs webhooks.") Optional<Secret> webhookSecret,
            @Doc("When somebody is asked.") @Default("{usd: 25, age: 2h}") Rung ping,
            @Doc("When the session ends, streams in flight too.") @Default("{usd: 100, age: 10h}")
                    Rung stop,
            @Doc(
                            "A pinged session that nobody acknowledges stops after this long, and so does a key where a limit that pings it is written.")
                    Optional<Duration> stopUnacknowledgedAfter,
            @Doc(
                            "The same for all sessions of a key together; a key is stopped only where a limit is written that says so.")
                    @Default("{}")
                    KeyRungs key) {}

    /** What reaches a rung of the ladder: any one of these. */
    public record Rung(
            @Doc("US dollars that the session has cost.") @Above(0) Optional<Double> usd,
            @Doc(
                            "US dollars per minute over the last ten; of a key too, unless runaway.key says otherwise.")
                    @Above(0)
                    Optional<Double> usdPerMinute,
            @Doc("How long it has run.") Optional<Duration> age,
            @Doc(
                            "The same call, or the same tool calls with the same results, so many times; of a key too, unless runaway.key says otherwise.")
                    @AtLeast(2)
                    Optional<Integer> sameCall) {}

    /** When all sessions of a key together are pinged and stopped. */
    public record KeyRungs(
            @Doc(
                            "When somebody is asked; without any limit here or in runaway.ping, at 1 US dollar per minute.")
                    @Default("{}")
                    KeyRung ping,
            @Doc("When the key is stopped, streams in flight too, until somebody resumes key:NAME.")
                    @Default("{}")
                    KeyRung stop) {}

    /** What reaches a rung of a key's ladder: any one of these. */
    public record KeyRung(
            @Doc(
                            "US dollars that its sessions have cost since it last made no request for session_idle.")
                    @Above(0)
                    Optional<Double> usd,
            @Doc(
                            "US dollars per minute over the last ten; without it, that of the same rung for sessions.")
                    @Above(0)
                    Optional<Double> usdPerMinute,
            @Doc(
                            "So many sessions that begin with the same tool calls and results within an hour; without it, that of the same rung for sessions.")
                    @AtLeast(2)
                    Optional<Integer> sameCall) {}

    /** Where requests and their costs are kept. */
    public record Ledger(
            @Doc(
                            "A JDBC URL such as jdbc:postgresql://host/db; without one, the SQLite file of the home folder.")
                    @Confidential
                    Optional<String> url,
            @Doc("The user of the database.") Optional<String> user,
            @Doc("The password of the database.") Optional<Secret> password,
            @Doc("How long single requests are kept; hourly sums stay.") @Default("2160h")
                    Duration keep) {
        /** Without the password that a URL may hold. */
        @Override
        public String toString() {
            return "Ledger[%s, keep %s]".formatted(url.map(Shown::address).orElse("SQLite"), keep);
        }
    }

    /** Requests and answers kept as training material. */
    public record Recording(
            @Doc("The folder of Parquet files.") Path folder,
            @Doc("What is blacked out before anything is written.")
                    @Default("[\"email\", \"secret\"]")
                    List<Redaction> redact) {}

    /** What is blacked out. */
    public enum Redaction {
        /** E-mail addresses. */
        EMAIL,
        /** Keys, tokens and passwords that look like one. */
        SECRET,
        /** Telephone numbers. */
        PHONE,
        /** Numbers of payment cards with a valid check digit. */
        CARD
    }

    /** What the proxy takes on at the same time. */
    public record Capacity(
            @Doc("Requests; as many as the memory is enough for.") @Default("4096") @AtLeast(1)
                    int requests,
            @Doc("The largest body in MiB; at most a quarter of the memory.")
                    @Default("64")
                    @AtLeast(1)
                    @AtMost(1024)
                    int largestBodyMib,
            @Doc("All bodies together in MiB; at most a quarter of the memory.")
                    @Default("128")
                    @AtLeast(1)
                    int bodiesMib) {}

    /** Where traces go. */
    public record Telemetry(
            @Doc("An OTLP/HTTP endpoint such as http://localhost:4318; without one, none.")
                    Optional<URI> otlp,
            @Doc("The share of requests that are traced.") @Default("1") @AtLeast(0) @AtMost(1)
                    double sample) {}

    /** The same with one more price. */
    public ProxyConfig withPrice(String model, Price price) {
        Map<String, List<Price>> more = new HashMap<>(prices);
        more.put(model, List.of(price));
        return new ProxyConfig(
                version,
                listen,
                tls,
                providers,
                routes,
                more,
                priceFile,
                unknownPrice,
                timeouts,
                retry,
                breaker,
                keys,
                budgets,
                limits,
                lots,
                runaway,
                ledger,
                recording,
                capacity,
                telemetry);
    }

    /** The same on another address. */
    public ProxyConfig listeningOn(String address) {
        return new ProxyConfig(
                version,
                address,
                tls,
                providers,
                routes,
                prices,
                priceFile,
                unknownPrice,
                timeouts,
                retry,
                breaker,
                keys,
                budgets,
                limits,
                lots,
                runaway,
                ledger,
                recording,
                capacity,
                telemetry);
    }
}
