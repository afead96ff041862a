package dev.distill.cli;

import java.io.PrintWriter;

/**
 * Where the command speaks: results on {@code out}, progress and problems on {@code err}.
 *
 * @param live whether {@code err} is a terminal on which a line can be drawn over
 */
record Terminal(PrintWriter out, PrintWriter err, boolean live) {}
