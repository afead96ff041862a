package dev.distill.cli;

import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a job's state and its runs live. */
final class Folders {
    @Mixin Home home = new Home();

    @Option(
            names = "--runs",
            paramLabel = "DIR",
            description = "Where run folders are made (${DEFAULT-VALUE}).")
    Path runs = Path.of("runs");
}
