package dev.distill.proxy.wire;

import java.util.List;

/**
 * What of a request means something only to whoever gave an earlier answer.
 *
 * @param stored names of what the provider alone has: an earlier response, a conversation, items
 *     that stand for themselves by their name, and uploaded files; all of it must be there
 * @param sealed names of items that carry what was thought before, readable only with the account
 *     that made them; empty texts where an item has no name
 * @param thoughts how many thoughts with a signature there are, in Anthropic's dialect
 */
public record Ties(List<String> stored, List<String> sealed, int thoughts) {
    /** What most requests have. */
    public static final Ties NONE = new Ties(List.of(), List.of(), 0);

    /** Copies the lists. */
    public Ties {
        stored = List.copyOf(stored);
        sealed = List.copyOf(sealed);
    }

    /** Whether anybody can answer as well as anybody else. */
    public boolean isEmpty() {
        return stored.isEmpty() && sealed.isEmpty() && thoughts == 0;
    }
}
