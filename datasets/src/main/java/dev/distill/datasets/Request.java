package dev.distill.datasets;

import dev.distill.config.Location;
import java.util.Optional;

/**
 * A row of a source or gold file.
 *
 * @param id unique in its file
 * @param text what the teacher and the student are asked, never blank
 * @param label the right answer, a label or the meaning of what stands in the file; always there in
 *     a gold file
 * @param group rows of one group are never split between training and validation
 * @param location where the row was written; in a Parquet file the line is the row's number from 1
 */
public record Request(
        String id, String text, Optional<String> label, Optional<String> group, Location location) {
    public Request {
        if (id.isBlank() || text.isBlank()) {
            throw new IllegalArgumentException("a request has an id and a text: " + location);
        }
    }

    /** The group, or the row itself when it belongs to none. */
    public String groupOrId() {
        return group.orElse(id);
    }
}
