package dev.distill.proxy.upstream;

import dev.distill.proxy.wire.Refusal;
import java.util.Locale;

/** What can go wrong with a call other than an answer that says so. */
public enum Fault {
    /** The host has no address. */
    DNS_FAILED,
    /** Nobody listens, or the network says no. */
    CONNECT_FAILED,
    /** TLS could not be agreed, for example because of the certificate. */
    TLS_FAILED,
    /** No connection within the connect clock. */
    CONNECT_TIMEOUT,
    /** No answer within the headers clock. */
    HEADERS_TIMEOUT,
    /** No token within the first-token clock. */
    FIRST_TOKEN_TIMEOUT,
    /** A gap longer than the idle clock. */
    IDLE_TIMEOUT,
    /** Longer than everything may take. */
    TOTAL_TIMEOUT,
    /** The connection broke. */
    CONNECTION_LOST,
    /** The connection ended before the body did. */
    TRUNCATED,
    /** Not HTTP. */
    NOT_HTTP,
    /** More bytes than any answer has. */
    TOO_LARGE,
    /** The call or its provider was closed on our side. */
    CLOSED;

    /** What kind of failure it is, which decides what happens next. */
    public Refusal.Kind kind() {
        return switch (this) {
            case TRUNCATED, NOT_HTTP, TOO_LARGE -> Refusal.Kind.MALFORMED;
            case DNS_FAILED,
                    CONNECT_FAILED,
                    TLS_FAILED,
                    CONNECT_TIMEOUT,
                    HEADERS_TIMEOUT,
                    FIRST_TOKEN_TIMEOUT,
                    IDLE_TIMEOUT,
                    TOTAL_TIMEOUT,
                    CONNECTION_LOST,
                    CLOSED ->
                    Refusal.Kind.TRANSIENT;
        };
    }

    /** Whether the provider just said nothing: asking it again would take as long again. */
    public boolean silent() {
        return switch (this) {
            case CONNECT_TIMEOUT,
                    HEADERS_TIMEOUT,
                    FIRST_TOKEN_TIMEOUT,
                    IDLE_TIMEOUT,
                    TOTAL_TIMEOUT ->
                    true;
            case DNS_FAILED,
                    CONNECT_FAILED,
                    TLS_FAILED,
                    CONNECTION_LOST,
                    TRUNCATED,
                    NOT_HTTP,
                    TOO_LARGE,
                    CLOSED ->
                    false;
        };
    }

    /** The word for it in messages, in the ledger and in the metrics. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
