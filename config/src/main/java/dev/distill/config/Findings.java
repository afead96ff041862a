package dev.distill.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that is wrong with one file. What does not fit together is looked for even where parts
 * cannot be read: whoever looks asks {@link #doubtful} first, so that one mistake is not reported
 * twice under two names.
 */
final class Findings {
    /** Instead of a name, in a budget or a limit: every one, counted on its own. */
    static final String EACH = "each";

    private final Map<String, Location> locations;
    private final Location whole;
    private final Set<String> unreadable;
    private final Set<String> guessing;
    private final Set<String> written;
    private final List<Problem> problems;

    /**
     * @param unreadable keys whose values could not be read
     * @param guessing keys that somebody may have meant who wrote an unknown one
     * @param written keys that stand in the file, as opposed to those that have their defaults
     * @param problems those found so far
     */
    Findings(
            Map<String, Location> locations,
            Location whole,
            Set<String> unreadable,
            Set<String> guessing,
            Set<String> written,
            List<Problem> problems) {
        this.locations = Map.copyOf(locations);
        this.whole = whole;
        this.unreadable = Set.copyOf(unreadable);
        this.guessing = Set.copyOf(guessing);
        this.written = Set.copyOf(written);
        this.problems = new ArrayList<>(problems);
    }

    /** What is wrong at a place, unless the place itself could not be read. */
    void add(String place, String message) {
        add(place, message, List.of());
    }

    /** The same, and what to do about it. */
    void add(String place, String message, String hint) {
        if (!broken(place)) {
            problems.add(Problem.at(at(place), place + " " + message).withHint(hint));
        }
    }

    /**
     * The same.
     *
     * @param restsOn the keys by which it was found; any of them in doubt and it is not said
     */
    void add(String place, String message, List<String> restsOn) {
        if (!broken(place) && restsOn.stream().noneMatch(this::doubtful)) {
            problems.add(Problem.at(at(place), place + " " + message));
        }
    }

    /**
     * A name must be one of those defined.
     *
     * @param where the key under which they are defined
     */
    void known(String place, String name, Collection<String> defined, String what, String where) {
        if (!defined.contains(name) && !broken(place) && !doubtful(where)) {
            String message = "%s names %s, which is no %s".formatted(place, name, what);
            problems.add(Problem.at(at(place), message).withHint(Suggestion.hint(name, defined)));
        }
    }

    /** Whether it is unknown what stands under a key, because it or what holds it is unreadable. */
    boolean doubtful(String place) {
        return broken(place) || guessing.contains(place);
    }

    /** Whether a key stands in the file. */
    boolean written(String place) {
        return written.contains(place);
    }

    /** Whether anything under a key is unreadable. */
    boolean doubtfulUnder(String place) {
        return doubtful(place)
                || unreadable.stream()
                        .anyMatch(
                                key -> key.startsWith(place + ".") || key.startsWith(place + "["));
    }

    /** All of them in the order of the lines. */
    List<Problem> all() {
        return problems.stream()
                .sorted(Comparator.comparingInt(p -> p.location().map(Location::line).orElse(0)))
                .toList();
    }

    private boolean broken(String place) {
        for (String key = place; !key.isEmpty(); key = parent(key)) {
            if (unreadable.contains(key)) {
                return true;
            }
        }
        return unreadable.contains("");
    }

    private Location at(String place) {
        return locations.getOrDefault(place, whole);
    }

    /** {@code a} for {@code a.b} and {@code a[1]}; nothing for {@code a}. */
    private static String parent(String key) {
        return key.substring(0, Math.max(0, Math.max(key.lastIndexOf('.'), key.lastIndexOf('['))));
    }
}
