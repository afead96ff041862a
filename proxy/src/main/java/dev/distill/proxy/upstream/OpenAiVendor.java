package dev.distill.proxy.upstream;

import dev.distill.config.ProxyConfig;
import dev.distill.proxy.wire.Dialect;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** OpenAI and everybody whose API looks the same. */
record OpenAiVendor(ProxyConfig.OpenAi config) implements Vendor {
    private static final Set<String> FORWARDS =
            Set.of(
                    "openai-organization",
                    "openai-project",
                    "openai-beta",
                    "idempotency-key",
                    "traceparent",
                    "tracestate");

    @Override
    public Set<Dialect> speaks() {
        EnumSet<Dialect> speaks = EnumSet.of(Dialect.OPENAI_CHAT, Dialect.OPENAI_EMBEDDINGS);
        if (config.responses().orElseGet(() -> ownHost(config.baseUrl().getHost()))) {
            speaks.add(Dialect.OPENAI_RESPONSES);
        }
        return speaks;
    }

    @Override
    public Set<String> forwards() {
        return FORWARDS;
    }

    @Override
    public String path(Ask ask) {
        String operation =
                switch (ask.dialect()) {
                    case OPENAI_CHAT -> "/chat/completions";
                    case OPENAI_RESPONSES -> "/responses";
                    case OPENAI_EMBEDDINGS -> "/embeddings";
                    case ANTHROPIC_MESSAGES, GEMINI, BEDROCK_CONVERSE ->
                            throw new IllegalArgumentException("not spoken: " + ask.dialect());
                };
        String path = Vendor.basePath(config.baseUrl()) + operation;
        return config.query().isEmpty() ? path : path + "?" + query(config.query());
    }

    @Override
    public void addHeaders(Ask ask, String path, RequestHead head) {
        String secret = Vendor.secret(ask.key());
        if (!secret.isEmpty()) {
            switch (config.keyHeader()) {
                case BEARER -> head.add("authorization", "Bearer " + secret);
                case API_KEY -> head.add("api-key", secret);
            }
        }
    }

    private static String query(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(p -> Vendor.encoded(p.getKey()) + "=" + Vendor.encoded(p.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static boolean ownHost(String name) {
        String host = name.toLowerCase(Locale.ROOT);
        return host.equals("api.openai.com")
                || host.endsWith(".api.openai.com")
                || host.endsWith(".openai.azure.com")
                || host.endsWith(".cognitiveservices.azure.com")
                || host.endsWith(".services.ai.azure.com");
    }
}
