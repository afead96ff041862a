package dev.distill.proxy;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The address that the proxy file asks to listen on. */
final class ListenAddress {
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("(?:\\[([0-9a-fA-F:]+)]|([^:\\[\\]]+)):([0-9]{1,5})");
    private static final int MOST_PORT = 65_535;

    private ListenAddress() {}

    /** Who may call. */
    enum Callers {
        NEED_A_KEY,
        NEED_NO_KEY
    }

    /**
     * Reads {@code host:port} or {@code [ipv6]:port}.
     *
     * @throws UserError when it is none, or callers from elsewhere would need no key
     */
    static InetSocketAddress parse(String listen, Callers callers) {
        Matcher parts = HOST_AND_PORT.matcher(listen);
        if (!parts.matches() || Integer.parseInt(parts.group(3)) > MOST_PORT) {
            throw invalid(listen, "must be an address and a port", "write listen: 127.0.0.1:8080");
        }
        String host = parts.group(1) != null ? parts.group(1) : parts.group(2);
        try {
            InetAddress address = InetAddress.getByName(host);
            if (callers == Callers.NEED_NO_KEY && !address.isLoopbackAddress()) {
                throw invalid(
                        listen,
                        "must be a loopback address, since callers are not asked for a key",
                        "make keys with distill keys create and name their file with keys:, or write listen: 127.0.0.1:"
                                + parts.group(3));
            }
            return new InetSocketAddress(address, Integer.parseInt(parts.group(3)));
        } catch (UnknownHostException _) {
            throw invalid(listen, "names an unknown host", "write listen: 127.0.0.1:8080");
        }
    }

    /** Where callers find the proxy. */
    static URI uri(String scheme, InetSocketAddress address, int port) {
        String host = address.getAddress().getHostAddress();
        return URI.create(
                scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
    }

    private static UserError invalid(String listen, String what, String hint) {
        return new UserError(
                ExitCode.INVALID_INPUT,
                Problem.of("listen %s, got %s".formatted(what, listen)).withHint(hint));
    }
}
