package dev.distill.proxy.wire;

import java.util.ArrayList;
import java.util.List;

/** Gathers what of a request is {@link Ties}; most requests never make one of its lists. */
final class TiesScan {
    /** More than any request needs; what comes after is not looked up. */
    private static final int MOST = 1000;

    private List<String> stored = List.of();
    private List<String> sealed = List.of();
    private int thoughts;

    /** Something that the provider alone has. */
    void stored(String id) {
        stored = with(stored, id);
    }

    /** A thought with a signature, or one that is a secret as a whole. */
    void thought() {
        thoughts++;
    }

    /** An item of the input, as far as it has the members. */
    void item(String type, String id, boolean isSealed) {
        if (isSealed) {
            sealed = with(sealed, id);
        } else if (!id.isEmpty() && (type.equals("item_reference") || type.equals("reasoning"))) {
            stored(id);
        }
    }

    private static List<String> with(List<String> ids, String id) {
        if (ids.size() >= MOST) {
            return ids;
        }
        List<String> more = ids.isEmpty() ? new ArrayList<>() : ids;
        more.add(id);
        return more;
    }

    Ties ties() {
        return stored.isEmpty() && sealed.isEmpty() && thoughts == 0
                ? Ties.NONE
                : new Ties(stored, sealed, thoughts);
    }
}
