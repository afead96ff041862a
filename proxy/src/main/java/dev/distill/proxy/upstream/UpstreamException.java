package dev.distill.proxy.upstream;

import org.jspecify.annotations.Nullable;

/** A call that failed without an answer, or in the middle of one. Its message never holds a key. */
public final class UpstreamException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Fault fault;
    private final boolean possiblyBilled;

    /**
     * @param possiblyBilled whether the provider may have done, and may charge for, the work
     */
    public UpstreamException(Fault fault, String message, boolean possiblyBilled) {
        super(message);
        this.fault = fault;
        this.possiblyBilled = possiblyBilled;
    }

    UpstreamException(
            Fault fault, String message, boolean possiblyBilled, @Nullable Throwable cause) {
        super(message, cause);
        this.fault = fault;
        this.possiblyBilled = possiblyBilled;
    }

    /** What went wrong. */
    public Fault fault() {
        return fault;
    }

    /** Whether the provider may have done, and may charge for, the work. */
    public boolean possiblyBilled() {
        return possiblyBilled;
    }
}
