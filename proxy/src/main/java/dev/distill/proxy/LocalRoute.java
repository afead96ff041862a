package dev.distill.proxy;

import dev.distill.config.ProxyConfig;
import dev.distill.proxy.upstream.Provider;

/**
 * A route to a model in this process, beside those of the proxy file.
 *
 * @param name what callers write as {@code model}
 * @param model the name of the weights; it must change whenever they do, since stored answers are
 *     found by it
 * @param provider who answers; closed together with the server
 * @param price what its tokens count as
 */
public record LocalRoute(String name, String model, Provider provider, ProxyConfig.Price price) {}
