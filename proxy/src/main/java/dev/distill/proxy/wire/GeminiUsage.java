package dev.distill.proxy.wire;

/**
 * Usage of {@code generateContent}: the prompt counts what was cached and the candidates do not
 * count thoughts.
 */
final class GeminiUsage {
    private GeminiUsage() {}

    static Usage read(Members usage) {
        long cached = usage.count("cachedContentTokenCount");
        long prompt = usage.count("promptTokenCount") + usage.count("toolUsePromptTokenCount");
        long audio =
                Math.max(
                        0,
                        audio(usage, "promptTokensDetails") - audio(usage, "cacheTokensDetails"));
        long candidates = usage.count("candidatesTokenCount");
        long audioOut = Math.min(candidates, audio(usage, "candidatesTokensDetails"));
        return new Usage(
                Math.max(0, prompt - cached - audio),
                cached,
                0,
                0,
                audio,
                candidates - audioOut,
                usage.count("thoughtsTokenCount"),
                audioOut,
                0);
    }

    private static long audio(Members usage, String details) {
        return usage.list(details).stream()
                .filter(detail -> detail.optionalText("modality").orElse("").equals("AUDIO"))
                .mapToLong(detail -> detail.count("tokenCount"))
                .sum();
    }
}
