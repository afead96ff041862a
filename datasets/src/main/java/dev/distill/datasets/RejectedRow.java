package dev.distill.datasets;

import java.util.Optional;

/**
 * A row that nobody trains on, kept beside the dataset so that it can be looked into.
 *
 * @param stage what rejected it, for example {@code duplicate}
 * @param reason why, with the values that decided
 * @param answer the teacher's answer, when there is one
 */
public record RejectedRow(
        String id, String text, String stage, String reason, Optional<String> answer) {}
