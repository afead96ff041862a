package dev.distill.proxy.upstream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * Somebody in this process who answers chat completions; {@link InProcessUpstream} makes an {@link
 * Upstream} of it.
 *
 * <p>Implementations are safe for use by many threads at once. They make exactly one attempt: who
 * tries again, and where, is the proxy's business. The proxy that was given a provider closes it.
 */
public interface Provider extends AutoCloseable {
    /**
     * Makes one call.
     *
     * @param model the provider's own name of the model
     * @param request an OpenAI chat completion request without its {@code model}; it is shared, so
     *     copy it before a change
     * @return the answer or what went wrong, never an exception for something a provider can do
     */
    Outcome complete(String model, ObjectNode request) throws InterruptedException;

    /**
     * Begins a call whose answer comes as it is made.
     *
     * @param model the provider's own name of the model
     * @param request as of {@link #complete}
     * @return the answer, for the caller to close, with the usage in its last chunk; empty when
     *     this provider has only whole answers
     */
    default Optional<Chunks> stream(String model, ObjectNode request) {
        return Optional.empty();
    }

    /**
     * The name under which answers of a model are stored: two models share one only if either's
     * answers may stand in for the other's.
     *
     * @param model the provider's own name of the model
     */
    default String storedAs(String model) {
        return model;
    }

    /** Frees what the provider holds; calls in flight may fail. */
    @Override
    void close();
}
