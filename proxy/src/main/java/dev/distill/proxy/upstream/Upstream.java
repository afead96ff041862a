package dev.distill.proxy.upstream;

import dev.distill.proxy.wire.Dialect;
import java.util.Set;

/**
 * A provider that can be called. Implementations are safe for use by many threads at once and make
 * exactly one attempt a call; redirects are answers like any other.
 */
public interface Upstream extends AutoCloseable {
    /** Its name in the proxy file. */
    String name();

    /** The dialects that it understands. */
    Set<Dialect> speaks();

    /** Its keys; a provider without any has one that is nothing. */
    KeyPool keys();

    /**
     * The name under which answers of a model are stored: two models share one only if either's
     * answers may stand in for the other's.
     *
     * @param model the provider's own name of the model
     */
    default String storedAs(String model) {
        return model;
    }

    /** Whether its answers are recordings, so that no figure rests on them unmarked. */
    default boolean simulated() {
        return false;
    }

    /**
     * Sends a request and waits for the status and headers of its answer.
     *
     * @return the call, for the caller to close, whatever its status
     * @throws UpstreamException when no status came
     * @throws InterruptedException when the thread was interrupted; the connection is closed by
     *     then
     */
    Call open(Ask ask) throws InterruptedException;

    /** Frees what the provider holds; calls in flight fail. */
    @Override
    void close();
}
