package dev.distill.proxy;

/** Whoever asked does not listen any more. */
final class ClientGoneException extends Exception {
    private static final long serialVersionUID = 1;

    ClientGoneException(Exception cause) {
        super("the caller has gone", cause);
    }
}
