package dev.distill.proxy.wire;

import java.util.Optional;

/** Usage of Converse: input does not count what was cached, output counts thoughts. */
final class BedrockUsage {
    private BedrockUsage() {}

    static Usage read(Members usage) {
        long written = usage.count("cacheWriteInputTokens");
        long hour =
                usage.list("cacheDetails").stream()
                        .filter(detail -> detail.optionalText("ttl").orElse("").equals("1h"))
                        .mapToLong(detail -> detail.count("inputTokens"))
                        .sum();
        return new Usage(
                usage.count("inputTokens"),
                usage.count("cacheReadInputTokens"),
                Math.max(0, written - hour),
                hour,
                0,
                usage.count("outputTokens"),
                0,
                0,
                0);
    }

    /** The tier that served it, where an answer or its last event says so. */
    static Optional<String> tier(Members owner) {
        return owner.optionalMembers("serviceTier").flatMap(tier -> tier.optionalText("type"));
    }
}
