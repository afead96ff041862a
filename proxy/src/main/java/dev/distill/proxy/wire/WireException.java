package dev.distill.proxy.wire;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something on the wire that cannot be understood, or cannot be said in another dialect. Its
 * message is meant for the caller; what it means depends on whose bytes they were.
 */
public final class WireException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String param;
    private final transient @Nullable Refusal refusal;

    /**
     * @param param the member at fault, such as {@code messages[2].content}
     */
    public WireException(String param, String message) {
        super(message);
        this.param = param;
        this.refusal = null;
    }

    /** A provider refuses where an answer was expected. */
    public WireException(Refusal refusal) {
        super(refusal.message());
        this.param = refusal.param().orElse("");
        this.refusal = refusal;
    }

    /** The member at fault. */
    public String param() {
        return param;
    }

    /** What the provider refuses, when that is what came instead of an answer. */
    public Optional<Refusal> refusal() {
        return Optional.ofNullable(refusal);
    }
}
