package dev.distill.proxy.upstream;

import dev.distill.proxy.wire.Dialect;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Amazon Bedrock's Converse API. */
record BedrockVendor(URI baseUrl, String region, InstantSource clock) implements Vendor {
    private static final String SERVICE = "bedrock";
    private static final Set<String> FORWARDS = Set.of("traceparent", "tracestate");

    @Override
    public Set<Dialect> speaks() {
        return Set.of(Dialect.BEDROCK_CONVERSE);
    }

    @Override
    public Set<String> forwards() {
        return FORWARDS;
    }

    @Override
    public String path(Ask ask) {
        return Vendor.basePath(baseUrl)
                + "/model/"
                + Vendor.encoded(ask.model())
                + (ask.stream() ? "/converse-stream" : "/converse");
    }

    @Override
    public void addHeaders(Ask ask, String path, RequestHead head) {
        if (!(ask.key() instanceof Credential.Aws key)) {
            throw new IllegalArgumentException("Bedrock takes keys of AWS only: " + ask.key());
        }
        Map<String, String> signed = new TreeMap<>();
        signed.put("host", HttpUpstream.authority(baseUrl));
        signed.put("content-type", HttpUpstream.JSON);
        new SigV4(key, region, SERVICE)
                .sign("POST", path, "", signed, ask.body(), clock.instant())
                .forEach(head::add);
    }
}
