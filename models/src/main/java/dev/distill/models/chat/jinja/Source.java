package dev.distill.models.chat.jinja;

import java.util.Arrays;

/** A template's text with line ends as {@code \n} and without the last one, and its places. */
final class Source {
    private final String text;
    private final int[] lineStarts;

    Source(String raw) {
        String lines = raw.replace("\r\n", "\n").replace('\r', '\n');
        text = lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
        int[] starts = new int[text.length() + 1];
        int count = 1;
        for (int at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
            starts[count++] = at + 1;
        }
        lineStarts = Arrays.copyOf(starts, count);
    }

    String text() {
        return text;
    }

    Position position(int offset) {
        int found = Arrays.binarySearch(lineStarts, offset);
        int line = found >= 0 ? found : -found - 2;
        return new Position(line + 1, offset - lineStarts[line] + 1);
    }
}
