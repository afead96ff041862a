package dev.distill.proxy.wire;

/**
 * Tokens of one answer in kinds that do not overlap, so that each is priced once.
 *
 * @param inputFresh text and image input that the model read
 * @param inputCached input that the provider had cached
 * @param cacheWrite input written to a cache of five minutes
 * @param cacheWriteHour input written to a cache of an hour
 * @param inputAudio audio input
 * @param outputText output that the caller sees
 * @param outputReasoning output that the model thought
 * @param outputAudio audio output
 * @param webSearches searches that the provider made, which are billed by number
 */
public record Usage(
        long inputFresh,
        long inputCached,
        long cacheWrite,
        long cacheWriteHour,
        long inputAudio,
        long outputText,
        long outputReasoning,
        long outputAudio,
        long webSearches) {
    /** Nothing at all. */
    public static final Usage NONE = new Usage(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Plain text in and out. */
    public static Usage of(long input, long output) {
        return new Usage(input, 0, 0, 0, 0, output, 0, 0, 0);
    }

    /** The same tokens with another number of searches. */
    public Usage withSearches(long searches) {
        return new Usage(
                inputFresh,
                inputCached,
                cacheWrite,
                cacheWriteHour,
                inputAudio,
                outputText,
                outputReasoning,
                outputAudio,
                searches);
    }

    /** Everything that the model was given, which is what price bands go by. */
    public long input() {
        return inputFresh + inputCached + cacheWrite + cacheWriteHour + inputAudio;
    }

    /** Everything that the model made. */
    public long output() {
        return outputText + outputReasoning + outputAudio;
    }
}
