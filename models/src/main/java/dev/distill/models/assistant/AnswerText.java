package dev.distill.models.assistant;

import dev.distill.models.Tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The text of an answer as its tokens come. A character may take several tokens: what is not whole
 * yet waits. A stop string ends the text before itself, and as long as the end of the text may be
 * the beginning of one, it waits too.
 */
final class AnswerText {
    /** What a tokenizer gives for bytes that are no character, or not yet. */
    private static final char UNFINISHED = '\uFFFD';

    private final Tokenizer tokenizer;
    private final List<String> stops;
    private final List<Long> ids = new ArrayList<>();
    private String text = "";
    private int told;
    private boolean stopped;

    AnswerText(Tokenizer tokenizer, List<String> stops) {
        this.tokenizer = tokenizer;
        this.stops = List.copyOf(stops);
    }

    /** Takes a token that is no stop token; returns the text that it added, perhaps none. */
    String add(long id) {
        ids.add(id);
        String before = text;
        String decoded = decoded();
        Optional<Integer> end =
                stops.stream()
                        .map(decoded::indexOf)
                        .filter(at -> at >= 0)
                        .min(Comparator.naturalOrder());
        stopped = end.isPresent();
        text = end.map(at -> decoded.substring(0, at)).orElse(decoded);
        return text.startsWith(before) ? text.substring(before.length()) : "";
    }

    /** Whether a stop string has come. */
    boolean stopped() {
        return stopped;
    }

    /** What may be told to whoever listens and was not told yet. */
    String untold() {
        int safe = stopped ? text.length() : text.length() - held();
        String part = told < safe ? text.substring(told, safe) : "";
        told = Math.max(told, safe);
        return part;
    }

    /** The rest, when no more tokens come. */
    String rest() {
        text = stopped ? text : whole();
        String part = told < text.length() ? text.substring(told) : "";
        told = text.length();
        return part;
    }

    /** All of it. */
    String text() {
        return stopped ? text : whole();
    }

    /** How many characters at the end may yet become a stop string. */
    private int held() {
        int held = 0;
        for (String stop : stops) {
            for (int n = Math.min(stop.length() - 1, text.length()); n > held; n--) {
                if (stop.startsWith(text.substring(text.length() - n))) {
                    held = n;
                }
            }
        }
        return held;
    }

    private String decoded() {
        String whole = whole();
        int end = whole.length();
        while (end > 0 && whole.charAt(end - 1) == UNFINISHED) {
            end--;
        }
        return whole.substring(0, end);
    }

    private String whole() {
        return tokenizer.text(ids.stream().mapToLong(Long::longValue).toArray());
    }
}
