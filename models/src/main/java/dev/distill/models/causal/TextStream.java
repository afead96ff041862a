package dev.distill.models.causal;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Turns the tokens of an answer into text piece by piece, and finds where the answer shall stop. A
 * character that is spread over several tokens comes when it is complete, and text that may be the
 * beginning of a stop string comes when it turned out not to be.
 *
 * <p>Pieces follow from a window of tokens, since a token's text may depend on the one before it;
 * the idea is that of
 * https://github.com/vllm-project/vllm/blob/v0.11.0/vllm/transformers_utils/detokenizer_utils.py
 *
 * <p>Not thread-safe.
 */
public final class TextStream {
    private static final String INCOMPLETE = "\uFFFD";

    private final Function<long[], String> decoder;
    private final List<String> stops;
    private long[] ids = new long[16];
    private int count;
    private int window; // where the window of tokens begins
    private int read; // tokens whose text was taken
    private String held = "";
    private boolean stopped;

    /**
     * A stream of no tokens yet.
     *
     * @param decoder the text that tokens stand for
     * @param stops what ends the answer and is not part of it; none of them empty
     */
    public TextStream(Function<long[], String> decoder, List<String> stops) {
        this.decoder = decoder;
        this.stops = List.copyOf(stops);
        if (this.stops.contains("")) {
            throw new IllegalArgumentException("a stop string must not be empty");
        }
    }

    /** Adds a token; the text that is certain by now and was not before. */
    public String add(long id) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = id;
        String before = decode(read);
        String now = decode(count);
        if (now.length() <= before.length() || now.endsWith(INCOMPLETE)) {
            return "";
        }
        window = read;
        read = count;
        return release(now.substring(before.length()), true);
    }

    /** The rest of the text, when no token comes any more. */
    public String end() {
        String before = decode(read);
        String now = decode(count);
        read = count;
        return release(now.substring(Math.min(before.length(), now.length())), false);
    }

    /** Whether a stop string came. */
    public boolean stopped() {
        return stopped;
    }

    private String decode(int end) {
        return window == end ? "" : decoder.apply(Arrays.copyOfRange(ids, window, end));
    }

    private String release(String more, boolean goesOn) {
        if (stopped) {
            return "";
        }
        String text = held + more;
        int stop = stops.stream().mapToInt(text::indexOf).filter(i -> i >= 0).min().orElse(-1);
        if (stop >= 0) {
            stopped = true;
            held = "";
            return text.substring(0, stop);
        }
        int kept = goesOn ? suspicious(text) : 0;
        held = text.substring(text.length() - kept);
        return text.substring(0, text.length() - kept);
    }

    /** The length of the longest end of the text with which a stop string begins. */
    private int suspicious(String text) {
        int longest = 0;
        for (String stop : stops) {
            for (int n = Math.min(stop.length() - 1, text.length()); n > longest; n--) {
                if (text.endsWith(stop.substring(0, n))) {
                    longest = n;
                }
            }
        }
        return longest;
    }
}
