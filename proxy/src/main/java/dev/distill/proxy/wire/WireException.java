package dev.distill.proxy.wire;

/**
 * Something on the wire that cannot be understood, or cannot be said in another dialect. Its
 * message is meant for the caller; what it means depends on whose bytes they were.
 */
public final class WireException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String param;

    /**
     * @param param the member at fault, such as {@code messages[2].content}
     */
    public WireException(String param, String message) {
        super(message);
        this.param = param;
    }

    /** The member at fault. */
    public String param() {
        return param;
    }
}
