package dev.distill.proxy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.ProxyConfig;
import dev.distill.config.UserError;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.proxy.ledger.StoreReader;
import dev.distill.proxy.money.PriceRow;
import dev.distill.proxy.money.PriceTable;
import dev.distill.proxy.upstream.Cassette;
import dev.distill.proxy.upstream.InProcessUpstream;
import dev.distill.proxy.wire.Canonical;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Envelope;
import dev.distill.proxy.wire.Usage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What asking many requests would cost, without a network.
 *
 * @param stored for each request, whether its answer is there already
 * @param missing how many different calls are left to make
 * @param worstNanoUsd the most that they can cost, each answered at the first attempt by the
 *     dearest target of the route; empty when a target has no price, or an answer or what it reads
 *     no limit
 * @param typicalNanoUsd the same for the first target, with as many tokens per byte of request and
 *     per answer as its latest answers had, or when there are none, with 4 bytes to a token and
 *     full answers
 * @param unpriced the models of the route that have no price
 */
public record Forecast(
        List<Boolean> stored,
        int missing,
        OptionalLong worstNanoUsd,
        OptionalLong typicalNanoUsd,
        List<String> unpriced) {
    private static final int BYTES_PER_TOKEN = 4;

    public Forecast {
        stored = List.copyOf(stored);
        unpriced = List.copyOf(unpriced);
    }

    /**
     * Looks into a store file, which need not exist.
     *
     * @param requests complete chat completion requests
     * @throws UserError when the route is unknown, one of its providers is not defined, a cassette
     *     cannot be read, or a request is one that the proxy would refuse
     */
    public static Forecast of(
            ProxyConfig config, Path storeFile, String route, List<ObjectNode> requests) {
        List<ProxyConfig.Target> targets =
                Optional.ofNullable(config.routes().get(route)).stream()
                        .flatMap(found -> found.ordered().stream())
                        .flatMap(List::stream)
                        .toList();
        if (targets.isEmpty()) {
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.of("the proxy file has no route %s".formatted(route))
                            .withHint("routes: " + String.join(", ", config.routes().keySet())));
        }
        if (!Files.exists(storeFile)) {
            return new Builder(config, targets, Optional.empty()).build(requests);
        }
        try (StoreReader reader = StoreReader.open(storeFile)) {
            return new Builder(config, targets, Optional.of(reader)).build(requests);
        }
    }

    /** Adds up one forecast. */
    private static final class Builder {
        private final Map<String, PriceRow> prices = new HashMap<>();
        private final List<String> models;
        private final List<String> storedAs;
        private final Optional<StoreReader> reader;
        private final Optional<StoreReader.Typical> typical;
        private final Set<Digest> counted = new HashSet<>();
        private boolean bounded = true;
        private long worst;
        private long typicalCost;

        Builder(
                ProxyConfig config,
                List<ProxyConfig.Target> targets,
                Optional<StoreReader> reader) {
            this.models = targets.stream().map(ProxyConfig.Target::model).distinct().toList();
            this.storedAs = targets.stream().map(t -> storedAs(config, t)).distinct().toList();
            this.reader = reader;
            this.typical = reader.flatMap(r -> r.typical(models.getFirst()));
            PriceTable table = PriceTable.of(config);
            Instant now = Instant.now();
            targets.forEach(
                    t ->
                            table.at(t.provider(), t.model(), now)
                                    .ifPresent(row -> prices.put(t.model(), row)));
        }

        Forecast build(List<ObjectNode> requests) {
            List<Boolean> stored = new ArrayList<>(requests.size());
            requests.forEach(request -> stored.add(add(request)));
            List<String> unpriced =
                    models.stream().filter(model -> !prices.containsKey(model)).toList();
            return new Forecast(
                    stored,
                    counted.size(),
                    unpriced.isEmpty() && bounded ? OptionalLong.of(worst) : OptionalLong.empty(),
                    prices.containsKey(models.getFirst()) && (bounded || typical.isPresent())
                            ? OptionalLong.of(typicalCost)
                            : OptionalLong.empty(),
                    unpriced);
        }

        /** Counts a request; whether it is stored. */
        private boolean add(ObjectNode request) {
            Canonical canonical = Canonical.of(Dialect.OPENAI_CHAT, request);
            List<Digest> keys = storedAs.stream().map(name -> canonical.key(name, 0)).toList();
            if (reader.isPresent() && keys.stream().anyMatch(reader.get()::has)) {
                return true;
            }
            if (counted.add(keys.getFirst())) {
                long bytes = canonical.json().getBytes(StandardCharsets.UTF_8).length;
                long most = longestAnswer(request);
                bounded &= most > 0;
                addWorst(
                        Envelope.read(
                                Dialect.OPENAI_CHAT,
                                Json.line(request).getBytes(StandardCharsets.UTF_8)));
                typicalCost += typicalCost(bytes, most);
            }
            return false;
        }

        private void addWorst(Envelope envelope) {
            long dearest = 0;
            for (PriceRow price : prices.values()) {
                WorstCase call = new WorstCase(price, envelope, Dialect.OPENAI_CHAT);
                bounded &= call.missing().isEmpty();
                dearest = Math.max(dearest, call.nanoUsd());
            }
            worst += dearest;
        }

        private long typicalCost(long bytes, long most) {
            Optional<PriceRow> price = Optional.ofNullable(prices.get(models.getFirst()));
            double perByte =
                    typical.map(StoreReader.Typical::inputTokensPerByte)
                            .orElse(1.0 / BYTES_PER_TOKEN);
            double output = typical.map(StoreReader.Typical::outputTokens).orElse((double) most);
            Usage usage = Usage.of(Math.round(bytes * perByte), Math.round(output));
            return price.map(p -> p.nanoUsd(usage, Optional.empty())).orElse(0L);
        }

        /** What the provider of a target would say, had it been opened. */
        private static String storedAs(ProxyConfig config, ProxyConfig.Target target) {
            return switch (config.providers().get(target.provider())) {
                case null ->
                        throw new UserError(
                                ExitCode.INVALID_INPUT,
                                Problem.of(
                                        "provider %s is not defined".formatted(target.provider())));
                case ProxyConfig.OpenAi _,
                        ProxyConfig.Anthropic _,
                        ProxyConfig.Gemini _,
                        ProxyConfig.Bedrock _ ->
                        target.model();
                case ProxyConfig.Student student ->
                        InProcessUpstream.storedAs(target.model(), student.folder());
                case ProxyConfig.Replay replay ->
                        Cassette.storedAs(target.model(), replay.cassette());
            };
        }

        /** In tokens; 0 when the request does not say. */
        private static long longestAnswer(ObjectNode request) {
            return Math.max(
                    request.path("max_tokens").asLong(0),
                    request.path("max_completion_tokens").asLong(0));
        }
    }
}
