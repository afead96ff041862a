package dev.distill.proxy.money;

import dev.distill.proxy.wire.Usage;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** What is priced apart; the members of {@link Usage}. */
public enum Kind {
    INPUT,
    CACHED_INPUT,
    CACHE_WRITE,
    CACHE_WRITE_HOUR,
    AUDIO_INPUT,
    OUTPUT,
    REASONING,
    AUDIO_OUTPUT,
    WEB_SEARCH;

    /** All of them: what a call may use about which nothing is known. */
    public static final Set<Kind> ALL = Collections.unmodifiableSet(EnumSet.allOf(Kind.class));

    /** How much of it was used. */
    public long of(Usage usage) {
        return switch (this) {
            case INPUT -> usage.inputFresh();
            case CACHED_INPUT -> usage.inputCached();
            case CACHE_WRITE -> usage.cacheWrite();
            case CACHE_WRITE_HOUR -> usage.cacheWriteHour();
            case AUDIO_INPUT -> usage.inputAudio();
            case OUTPUT -> usage.outputText();
            case REASONING -> usage.outputReasoning();
            case AUDIO_OUTPUT -> usage.outputAudio();
            case WEB_SEARCH -> usage.webSearches();
        };
    }

    /** The plain kind on the same side, of whose price others are a share. */
    Kind plain() {
        return switch (this) {
            case INPUT, CACHED_INPUT, CACHE_WRITE, CACHE_WRITE_HOUR, AUDIO_INPUT -> INPUT;
            case OUTPUT, REASONING, AUDIO_OUTPUT -> OUTPUT;
            case WEB_SEARCH -> WEB_SEARCH;
        };
    }
}
