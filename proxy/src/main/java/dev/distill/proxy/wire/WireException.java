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
    private final String code;
    private final transient @Nullable Refusal refusal;

    /**
     * @param param the member at fault, such as {@code messages[2].content}
     */
    public WireException(String param, String message) {
        this(param, "unsupported_parameter", message);
    }

    private WireException(String param, String code, String message) {
        super(message);
        this.param = param;
        this.code = code;
        this.refusal = null;
    }

    /** A provider refuses where an answer was expected. */
    public WireException(Refusal refusal) {
        super(refusal.message());
        this.param = refusal.param().orElse("");
        this.code = "";
        this.refusal = refusal;
    }

    /** A member whose value is wrong in any dialect. */
    static WireException invalid(String param, String message) {
        return new WireException(param, "invalid_value", message);
    }

    /** The word for what is wrong with a request: it cannot be said elsewhere, or it is wrong. */
    public String code() {
        return code;
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
