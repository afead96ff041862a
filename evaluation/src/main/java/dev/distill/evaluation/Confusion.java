package dev.distill.evaluation;

/**
 * A mistake and how often it was made.
 *
 * @param gold the right label
 * @param predicted the label given instead, or {@link Score#OFF_LIST}
 * @param count how many items
 */
public record Confusion(String gold, String predicted, int count) {}
