package dev.distill.proxy.upstream;

import dev.distill.proxy.wire.Dialect;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.SSLContext;

/**
 * A provider over HTTP/1.1: its connections live as long as it does. It follows no redirect, tries
 * nothing twice and asks for answers without compression.
 *
 * <p>It speaks HTTP itself, over sockets of its own, so that any thread can end a call at once and
 * every clock is ours; docs/decisions says what else was measured.
 */
final class HttpUpstream implements Upstream {
    static final String JSON = "application/json";

    private final String name;
    private final Vendor vendor;
    private final KeyPool keys;
    private final String authority;
    private final Dialler dialler;
    private final Set<Dialect> speaks;
    private final ConnectionPool pool = new ConnectionPool();
    private final Watchdog watchdog;

    /**
     * @param base where all connections lead
     * @param tls whom to trust
     */
    HttpUpstream(String name, Vendor vendor, KeyPool keys, URI base, SSLContext tls) {
        this.name = name;
        this.vendor = vendor;
        this.keys = keys;
        this.authority = authority(base);
        this.dialler = new Dialler(base, tls);
        this.speaks = Set.copyOf(vendor.speaks());
        this.watchdog = new Watchdog(name, pool::evict);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<Dialect> speaks() {
        return speaks;
    }

    @Override
    public KeyPool keys() {
        return keys;
    }

    @Override
    public Call open(Ask ask) throws InterruptedException {
        byte[] request = head(ask);
        HttpCall call = new HttpCall(ask, pool, watchdog);
        watchdog.add(call);
        boolean open = false;
        try {
            ask.underway().accept(call);
            call.open(dialler, request);
            open = true;
            return call;
        } finally {
            if (!open) {
                call.close();
            }
        }
    }

    @Override
    public void close() {
        watchdog.close();
        pool.close();
    }

    /** Connections that wait for a request. */
    int idle() {
        return pool.size();
    }

    /** Calls under way. */
    int busy() {
        return watchdog.watched();
    }

    /** The host of an address, and its port where it is not the usual one. */
    static String authority(URI base) {
        String host = base.getHost().toLowerCase(Locale.ROOT);
        boolean secure = base.getScheme().equalsIgnoreCase("https");
        boolean usual = base.getPort() < 0 || base.getPort() == (secure ? 443 : 80);
        return usual ? host : host + ":" + base.getPort();
    }

    private byte[] head(Ask ask) {
        String path = vendor.path(ask);
        RequestHead head =
                new RequestHead(path, authority)
                        .add("content-type", JSON)
                        .add("content-length", Integer.toString(ask.body().length))
                        .add("accept", accept(ask))
                        .add("accept-encoding", "identity")
                        .add("user-agent", "distill");
        vendor.addHeaders(ask, path, head);
        for (String forwarded : vendor.forwards()) {
            String value = ask.headers().get(forwarded);
            if (value != null) {
                head.add(forwarded, value);
            }
        }
        return head.bytes();
    }

    private static String accept(Ask ask) {
        if (!ask.stream()) {
            return JSON;
        }
        return ask.dialect() == Dialect.BEDROCK_CONVERSE
                ? "application/vnd.amazon.eventstream"
                : "text/event-stream";
    }
}
