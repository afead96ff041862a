package dev.distill.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where runs and their state live. */
final class Folders {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "State shared by all jobs: paid answers, stage outputs (${DEFAULT-VALUE}).")
    Path home = Path.of(".distill");

    @Option(
            names = "--runs",
            paramLabel = "DIR",
            description = "Where run folders are made (${DEFAULT-VALUE}).")
    Path runs = Path.of("runs");
}
