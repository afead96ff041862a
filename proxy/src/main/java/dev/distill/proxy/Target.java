package dev.distill.proxy;

import dev.distill.config.ProxyConfig;
import dev.distill.proxy.routing.TargetHealth;
import dev.distill.proxy.upstream.Upstream;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.WireException;

/**
 * One way to answer a route: a model of a provider.
 *
 * @param model the provider's own name of the model
 * @param weight its share of the load in its group
 * @param health how it has been doing, on all routes that lead to it
 * @param onClientGone what happens to a call when its caller has gone
 */
record Target(
        Upstream upstream,
        String model,
        double weight,
        TargetHealth health,
        ProxyConfig.ClientGone onClientGone) {
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
