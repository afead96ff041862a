package dev.distill.cli;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.distill.files.Json;
import dev.distill.trainer.TrainingEvent.Piece;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A training row as a student reads it: on a terminal that takes colours what is learned is green
 * and what is masked is dim, elsewhere what is learned stands in brackets. Control characters are
 * escaped, since a row may hold any.
 */
final class MaskedText {
    private static final String DIM = "\u001b[2m";
    private static final String GREEN = "\u001b[32m";
    private static final String PLAIN = "\u001b[0m";
    private static final Pattern CONTROL = Pattern.compile("\\p{Cc}"); // those that JSON allows
    private static final int HEAD = 200;
    private static final int TAIL = 400;

    private final boolean colours;

    MaskedText(boolean colours) {
        this.colours = colours;
    }

    /** How to tell what is learned. */
    String legend() {
        return colours ? "what is green" : "what is in brackets";
    }

    /** A row; the middle of a long part of it is left out. */
    String text(List<Piece> pieces) {
        return pieces.stream()
                .map(
                        piece ->
                                colours
                                        ? painted(piece)
                                        : piece.learned()
                                                ? "[" + quoted(piece) + "]"
                                                : quoted(piece))
                .collect(Collectors.joining(colours ? "" : " "));
    }

    private static String painted(Piece piece) {
        String quoted = quoted(piece);
        String bare = quoted.substring(1, quoted.length() - 1);
        return (piece.learned() ? GREEN : DIM) + bare + PLAIN;
    }

    private static String quoted(Piece piece) {
        return CONTROL.matcher(Json.line(TextNode.valueOf(shortened(piece.text()))))
                .replaceAll(match -> "\\\\u%04X".formatted((int) match.group().charAt(0)));
    }

    private static String shortened(String text) {
        int length = text.codePointCount(0, text.length());
        if (length <= HEAD + TAIL) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, HEAD))
                + " ... "
                + text.substring(text.offsetByCodePoints(text.length(), -TAIL));
    }
}
