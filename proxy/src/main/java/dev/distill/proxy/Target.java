package dev.distill.proxy;

import dev.distill.config.ProxyConfig;
import dev.distill.proxy.routing.TargetHealth;
import dev.distill.proxy.telemetry.GenAi;
import dev.distill.proxy.telemetry.TargetMeter;
import dev.distill.proxy.upstream.Upstream;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.WireException;
import java.net.URI;

/**
 * One way to answer a route: a model of a provider.
 *
 * @param model the provider's own name of the model
 * @param weight its share of the load in its group
 * @param health how it has been doing, on all routes that lead to it
 * @param onClientGone what happens to a call when its caller has gone
 * @param meter counts its calls for this route
 * @param seen how it appears in traces
 */
record Target(
        Upstream upstream,
        String model,
        double weight,
        TargetHealth health,
        ProxyConfig.ClientGone onClientGone,
        TargetMeter meter,
        Seen seen) {
    /**
     * How it appears in traces.
     *
     * @param provider {@code gen_ai.provider.name}
     * @param server where it is
     */
    record Seen(String provider, URI server) {
        /** A model that no network leads to. */
        static final Seen HERE = new Seen("distill", URI.create("process://localhost"));

        /** A declared provider. */
        static Seen of(ProxyConfig.Provider declared) {
            return switch (declared) {
                case ProxyConfig.OpenAi openAi ->
                        new Seen(GenAi.provider(declared), openAi.baseUrl());
                case ProxyConfig.Anthropic anthropic ->
                        new Seen(GenAi.provider(declared), anthropic.baseUrl());
                case ProxyConfig.Gemini gemini ->
                        new Seen(GenAi.provider(declared), gemini.baseUrl());
                case ProxyConfig.Bedrock bedrock ->
                        new Seen(
                                GenAi.provider(declared),
                                bedrock.baseUrl()
                                        .orElseGet(
                                                () ->
                                                        URI.create(
                                                                "https://bedrock-runtime.%s.amazonaws.com"
                                                                        .formatted(
                                                                                bedrock
                                                                                        .region()))));
                case ProxyConfig.Replay _, ProxyConfig.Student _ -> HERE;
            };
        }
    }

    /** The name of the provider. */
    String provider() {
        return upstream.name();
    }

    /**
     * The dialect in which it is asked a question.
     *
     * @throws WireException when it speaks none that will do
     */
    Dialect dialectFor(Question question) {
        return question.dialectFor(upstream.speaks())
                .orElseThrow(
                        () ->
                                new WireException(
                                        "model",
                                        "provider %s does not answer requests of this kind"
                                                .formatted(provider())));
    }

    /** The name under which its answers are stored. */
    String storedAs() {
        return upstream.storedAs(model);
    }

    @Override
    public String toString() {
        return provider() + "/" + model;
    }
}
