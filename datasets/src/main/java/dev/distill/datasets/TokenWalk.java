package dev.distill.datasets;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Turns the log-probabilities of emitted tokens into a probability for each label.
 *
 * <p>The walk follows the emitted tokens. At each of them, an alternative ends a path: the mass of
 * (path so far + alternative) goes to the labels that begin like that, in equal parts when several
 * do. The emitted token's mass goes on to the next position, and what is left at the end belongs to
 * the emitted label. Mass of paths that no label fits, and mass that the provider did not list, is
 * unseen: it is spread evenly over all labels, so that no label is impossible.
 *
 * <p>Texts are byte strings (one char a byte), because a token may end within a character.
 */
final class TokenWalk {
    /** Tokens that end an answer, such as {@code <|im_end|>} or {@code </s>}. */
    private static final Pattern END_TOKEN = Pattern.compile("<[|/]?[a-z_]+\\|?>");

    private static final Pattern LEADING = Pattern.compile("^[\\s\"'`]+");
    private static final Pattern CLOSING = Pattern.compile("[\\s\"'`.}]*");

    private final Labels labels;
    private final List<String> names; // in lower case, as byte strings
    private final double[] mass;
    private double seen;

    private TokenWalk(Labels labels) {
        this.labels = labels;
        this.names = labels.names().stream().map(name -> folded(utf8(name))).toList();
        this.mass = new double[names.size()];
    }

    /**
     * A token that the model emitted or might have.
     *
     * @param text as a byte string
     * @param probability from 0 to 1
     */
    record Token(String text, double probability) {}

    /**
     * A position of the answer.
     *
     * @param alternatives the other likely tokens, without the emitted one
     */
    record Step(Token emitted, List<Token> alternatives) {}

    /**
     * @param probabilities one for each label, of sum 1
     * @param seen the share of them that is not spread evenly
     */
    record Result(List<Double> probabilities, double seen) {}

    /**
     * Walks an answer.
     *
     * @param start the byte of the answer at which its label begins
     * @param label the label that the answer means
     */
    static Result walk(Labels labels, List<Step> answer, int start, String label) {
        TokenWalk walk = new TokenWalk(labels);
        double rest = walk.follow(answer, start, label);
        walk.give(List.of(labels.indexOf(label).orElseThrow()), rest);
        return walk.result();
    }

    /** Bytes of UTF-8 as a byte string. */
    static String utf8(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes as a byte string. */
    static String bytes(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Whether a token stands for the end of an answer. */
    static boolean isEnd(Token token) {
        return END_TOKEN.matcher(token.text()).matches();
    }

    /** Gives the mass of all alternatives away and returns that of the emitted path. */
    private double follow(List<Step> answer, int start, String label) {
        String emittedLabel = names.get(labels.indexOf(label).orElseThrow());
        double pathMass = 1;
        StringBuilder path = new StringBuilder();
        int position = 0;
        for (Step step : answer) {
            int end = position + step.emitted().text().length();
            if (end > start) {
                if (emittedLabel.equals(core(path.toString()))
                        && fitting(path.toString()).size() == 1) {
                    return pathMass; // what follows the label no longer decides anything
                }
                for (Token alternative : step.alternatives()) {
                    give(fitting(path, alternative), pathMass * alternative.probability());
                }
                pathMass *= step.emitted().probability();
                path.append(step.emitted().text().substring(Math.max(0, start - position)));
            }
            position = end;
        }
        return pathMass;
    }

    private void give(List<Integer> receivers, double amount) {
        if (!receivers.isEmpty()) {
            seen += amount;
            receivers.forEach(label -> mass[label] += amount / receivers.size());
        }
    }

    private Result result() {
        double unseen = Math.max(0, 1 - seen);
        double total = seen + unseen;
        List<Double> probabilities = new ArrayList<>();
        for (double m : mass) {
            probabilities.add((m + unseen / mass.length) / total);
        }
        return new Result(Collections.unmodifiableList(probabilities), seen / total);
    }

    private List<Integer> fitting(StringBuilder path, Token alternative) {
        if (!isEnd(alternative)) {
            return fitting(path + alternative.text());
        }
        String ended = core(path.toString());
        return IntStream.range(0, names.size())
                .filter(i -> names.get(i).equals(ended))
                .boxed()
                .toList();
    }

    /**
     * The labels that may still come after this text: they begin with it, or are complete in it.
     */
    private List<Integer> fitting(String path) {
        String core = core(path);
        return IntStream.range(0, names.size())
                .filter(i -> names.get(i).startsWith(core) || closes(names.get(i), core))
                .boxed()
                .toList();
    }

    private static boolean closes(String name, String core) {
        return core.startsWith(name) && CLOSING.matcher(core.substring(name.length())).matches();
    }

    private static String core(String path) {
        return folded(LEADING.matcher(path).replaceFirst(""));
    }

    /** Lower case as far as the bytes are whole characters. */
    private static String folded(String bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1));
        CharBuffer out = CharBuffer.allocate(in.remaining());
        StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .decode(in, out, false);
        return utf8(out.flip().toString().toLowerCase(Locale.ROOT))
                + bytes.substring(in.position());
    }
}
