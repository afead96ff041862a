/**
 * The command {@code distill}. {@link dev.distill.cli.Main} wires the verbs, one class each; {@code
 * ProgressPrinter} and {@code StageSummary} show a run's events to a person, {@code ErrorPrinter}
 * what went wrong, {@code Reference} makes {@code docs/reference.md}. Only here are there picocli,
 * standard streams and the end of the process.
 */
@NullMarked
package dev.distill.cli;

import org.jspecify.annotations.NullMarked;
