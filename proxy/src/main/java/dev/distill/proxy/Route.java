package dev.distill.proxy;

import dev.distill.config.ProxyConfig;
import dev.distill.files.Digest;
import dev.distill.proxy.upstream.Provider;
import java.util.List;
import java.util.Optional;

/**
 * A model name that callers use.
 *
 * @param targets who may answer, in the order they are asked; never empty
 */
record Route(String name, List<Target> targets) {
    Route {
        targets = List.copyOf(targets);
    }

    /** One way to answer a route. */
    record Target(
            String providerName,
            Provider provider,
            String model,
            Optional<ProxyConfig.Price> price) {
        /** The key under which an answer of this target to a request is stored. */
        Digest key(ChatRequest request, int sample) {
            return request.key(provider.storedAs(model), sample);
        }
    }

    /** The keys under which an answer to a request may be stored, in the order of the targets. */
    List<Digest> keys(ChatRequest request, int sample) {
        return targets.stream().map(target -> target.key(request, sample)).toList();
    }

    /** The models that have no price. */
    List<String> unpriced() {
        return targets.stream()
                .filter(target -> target.price().isEmpty())
                .map(Target::model)
                .distinct()
                .toList();
    }
}
