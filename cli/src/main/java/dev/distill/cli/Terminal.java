package dev.distill.cli;

import java.io.PrintWriter;
import java.util.Map;

/**
 * Where the command speaks: results on {@code out}, progress and problems on {@code err}.
 *
 * @param live whether {@code err} is a terminal on which a line can be drawn over
 * @param colours whether it may also be painted
 */
record Terminal(PrintWriter out, PrintWriter err, boolean live, boolean colours) {
    /**
     * Whether a terminal takes colours and its user has not asked for none (<a
     * href="https://no-color.org">no-color.org</a>).
     */
    static boolean takesColours(boolean live, Map<String, String> environment) {
        return live
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    }
}
