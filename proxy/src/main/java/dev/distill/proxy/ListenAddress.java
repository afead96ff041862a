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

    /**
     * Reads {@code host:port} or {@code [ipv6]:port}.
     *
     * @throws UserError when it is none, or not an address of this machine alone
     */
    static InetSocketAddress parse(String listen) {
        Matcher parts = HOST_AND_PORT.matcher(listen);
        if (!parts.matches() || Integer.parseInt(parts.group(3)) > MOST_PORT) {
            throw invalid(listen, "must be an address and a port", "write listen: 127.0.0.1:8080");
        }
        String host = parts.group(1) != null ? parts.group(1) : parts.group(2);
        try {
            InetAddress address = InetAddress.getByName(host);
            if (!address.isLoopbackAddress()) {
                throw invalid(
                        listen,
                        "must be a loopback address, since callers are not asked for a key",
                        "write listen: 127.0.0.1:" + parts.group(3));
            }
            return new InetSocketAddress(address, Integer.parseInt(parts.group(3)));
        } catch (UnknownHostException _) {
            throw invalid(listen, "names an unknown host", "write listen: 127.0.0.1:8080");
        }
    }

    /** Where callers find the proxy. */
    static URI uri(InetSocketAddress address, int port) {
        String host = address.getAddress().getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
    }

    private static UserError invalid(String listen, String what, String hint) {
        return new UserError(
                ExitCode.INVALID_INPUT,
                Problem.of("listen %s, got %s".formatted(what, listen)).withHint(hint));
    }
}
