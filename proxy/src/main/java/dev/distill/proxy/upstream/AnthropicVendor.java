package dev.distill.proxy.upstream;

import dev.distill.proxy.wire.Dialect;
import java.net.URI;
import java.util.Set;

/** Anthropic. */
record AnthropicVendor(URI baseUrl) implements Vendor {
    private static final String VERSION = "anthropic-version";
    private static final Set<String> FORWARDS =
            Set.of(VERSION, "anthropic-beta", "idempotency-key", "traceparent", "tracestate");

    @Override
    public Set<Dialect> speaks() {
        return Set.of(Dialect.ANTHROPIC_MESSAGES);
    }

    @Override
    public Set<String> forwards() {
        return FORWARDS;
    }

    @Override
    public String path(Ask ask) {
        String path = Vendor.basePath(baseUrl) + "/v1/messages";
        return ask.purpose() == Ask.Purpose.COUNT_TOKENS ? path + "/count_tokens" : path;
    }

    @Override
    public void addHeaders(Ask ask, String path, RequestHead head) {
        if (!ask.headers().containsKey(VERSION)) {
            head.add(VERSION, "2023-06-01");
        }
        String secret = Vendor.secret(ask.key());
        if (!secret.isEmpty()) {
            head.add("x-api-key", secret);
        }
    }
}
