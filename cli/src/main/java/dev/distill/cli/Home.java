package dev.distill.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where the state that jobs and proxy share lives. */
final class Home {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description =
                    "State shared by all jobs: paid answers, stage outputs (${DEFAULT-VALUE}).")
    Path folder = Path.of(".distill");
}
