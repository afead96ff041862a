package dev.distill.proxy.upstream;

import dev.distill.proxy.wire.Dialect;
import java.net.URI;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** Google's Gemini API. */
record GeminiVendor(URI baseUrl) implements Vendor {
    private static final Set<String> FORWARDS = Set.of("traceparent", "tracestate");

    @Override
    public Set<Dialect> speaks() {
        return Set.of(Dialect.GEMINI);
    }

    @Override
    public Set<String> forwards() {
        return FORWARDS;
    }

    /** A model with a slash in its name, such as a tuned one, says itself what kind it is. */
    @Override
    public String path(Ask ask) {
        String model = ask.model().contains("/") ? ask.model() : "models/" + ask.model();
        String encoded =
                Arrays.stream(model.split("/", -1))
                        .map(Vendor::encoded)
                        .collect(Collectors.joining("/", "/", ""));
        return Vendor.basePath(baseUrl)
                + encoded
                + (ask.stream() ? ":streamGenerateContent?alt=sse" : ":generateContent");
    }

    @Override
    public void addHeaders(Ask ask, String path, RequestHead head) {
        String secret = Vendor.secret(ask.key());
        if (!secret.isEmpty()) {
            head.add("x-goog-api-key", secret);
        }
    }
}
