package dev.distill.models.linear;

/**
 * Cuts a text into n-grams, as scikit-learn's {@code TfidfVectorizer} does with {@code
 * analyzer="word"} and {@code token_pattern=r"\w+"}, and with {@code analyzer="char_wb"}
 * (https://scikit-learn.org/stable/modules/feature_extraction.html#text-feature-extraction); here a
 * mark, as in Hindi or after a decomposed letter, is part of its word.
 *
 * <p>Words are the longest runs of {@link PlainText#isWord}; those of an n-gram are joined by one
 * space. Character n-grams lie within what white space separates, with one space put on either
 * side: {@code "ab"} gives {@code " a", "ab", "b "} and {@code " ab", "ab "} and {@code " ab "}. Of
 * a piece that is shorter than an n-gram, its whole counts once.
 *
 * <p>An n-gram goes by a 64-bit hash: among a million of them, the chance that two share one is
 * 3e-8, and {@link Vocabulary} refuses to be built with such two.
 */
public final class Terms {
    private static final long START = 0xCBF29CE484222325L; // FNV-1a's offset
    private static final long FACTOR = 0x9E3779B97F4A7C15L; // odd: no two states merge

    private Terms() {}

    /** Takes n-grams as they are found; {@code [from, to)} of the code points are its text. */
    @FunctionalInterface
    public interface Sink {
        void accept(long hash, int[] codePoints, int from, int to);
    }

    /** A text's words, ready to be cut: one space between them, none around. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Words(int[] codePoints, int[] starts, int[] ends, int count) {}

    /** The hash of a whole text, taken as one n-gram. */
    static long hash(String term) {
        long hash = START;
        for (int i = 0; i < term.length(); ) {
            int codePoint = term.codePointAt(i);
            hash = mix(hash, codePoint);
            i += Character.charCount(codePoint);
        }
        return hash;
    }

    private static long mix(long hash, int codePoint) {
        long mixed = (hash ^ codePoint) * FACTOR;
        return mixed ^ (mixed >>> 32);
    }

    /**
     * Hands on all n-grams of words.
     *
     * @param most words in an n-gram
     * @return how many words the text has
     */
    public static int words(String text, int most, Sink sink) {
        Words words = split(PlainText.codePoints(text));
        for (int first = 0; first < words.count; first++) {
            long hash = START;
            int from = words.starts[first];
            int position = from;
            for (int last = first; last < Math.min(words.count, first + most); last++) {
                for (; position < words.ends[last]; position++) {
                    hash = mix(hash, words.codePoints[position]);
                }
                sink.accept(hash, words.codePoints, from, position);
            }
        }
        return words.count;
    }

    private static Words split(int[] text) {
        int[] joined = new int[text.length + 1];
        int[] starts = new int[text.length / 2 + 1];
        int[] ends = new int[text.length / 2 + 1];
        int length = 0;
        int count = 0;
        for (int i = 0; i < text.length; ) {
            if (!PlainText.isWord(text[i])) {
                i++;
                continue;
            }
            if (count > 0) {
                joined[length++] = ' ';
            }
            starts[count] = length;
            for (; i < text.length && PlainText.isWord(text[i]); i++) {
                joined[length++] = text[i];
            }
            ends[count++] = length;
        }
        return new Words(joined, starts, ends, count);
    }

    /** Hands on all n-grams of {@code fewest} to {@code most} characters. */
    public static void characters(String text, int fewest, int most, Sink sink) {
        int[] points = PlainText.codePoints(text);
        int[] piece = new int[points.length + 2];
        for (int i = 0; i < points.length; ) {
            if (PlainText.isSpace(points[i])) {
                i++;
                continue;
            }
            int length = 0;
            piece[length++] = ' ';
            for (; i < points.length && !PlainText.isSpace(points[i]); i++) {
                piece[length++] = points[i];
            }
            piece[length++] = ' ';
            piece(piece, length, fewest, most, sink);
        }
    }

    private static void piece(int[] piece, int length, int fewest, int most, Sink sink) {
        if (length <= fewest) {
            hand(piece, 0, length, sink);
            return;
        }
        for (int from = 0; from + fewest <= length; from++) {
            long hash = START;
            int longest = Math.min(length, from + most);
            for (int to = from; to < longest; ) {
                hash = mix(hash, piece[to++]);
                if (to - from >= fewest) {
                    sink.accept(hash, piece, from, to);
                }
            }
        }
    }

    private static void hand(int[] piece, int from, int to, Sink sink) {
        long hash = START;
        for (int i = from; i < to; i++) {
            hash = mix(hash, piece[i]);
        }
        sink.accept(hash, piece, from, to);
    }
}
