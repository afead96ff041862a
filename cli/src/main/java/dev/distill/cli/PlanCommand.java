package dev.distill.cli;

import dev.distill.files.Json;
import dev.distill.pipeline.Job;
import dev.distill.pipeline.Plan;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code distill plan}: says what a run would do. */
@Command(
        name = "plan",
        description = {
            "Show what a run would compute, what it would reuse, and what it would cost.",
            "Reads files only: nothing is asked, nothing is written."
        })
final class PlanCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "JOB", description = "The job file.")
    private Path job = Path.of("job.yaml");

    @Mixin private Home home = new Home();

    @Option(names = "--json", description = "Print the plan as JSON.")
    private boolean json;

    PlanCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Plan plan = Plan.of(Job.read(job), home.folder);
        if (json) {
            terminal.out().print(Json.pretty(plan.toJson()));
        } else {
            print(plan);
        }
        terminal.out().flush();
        return 0;
    }

    private void print(Plan plan) {
        for (Plan.Step step : plan.steps()) {
            terminal.out()
                    .printf("%-19s %-6s %s%n", step.title(), step.action().word(), step.reason());
        }
        Plan.Calls calls = plan.calls();
        terminal.out()
                .printf(
                        "%nteacher: %,d requests, %,d of them answered already, %,d calls to make%n",
                        calls.requests(), calls.stored(), calls.missing());
        if (calls.missing() == 0) {
            terminal.out().println("cost: nothing");
        } else if (calls.worstNanoUsd().isEmpty()) {
            terminal.out().println("cost: unknown, " + calls.unknownBecause());
        } else {
            terminal.out()
                    .println(
                            String.format(
                                    Locale.ROOT,
                                    "cost: at most $%.4f%s",
                                    calls.worstNanoUsd().getAsLong() / 1e9,
                                    calls.typicalNanoUsd().isEmpty()
                                            ? ""
                                            : String.format(
                                                    Locale.ROOT,
                                                    ", probably about $%.4f",
                                                    calls.typicalNanoUsd().getAsLong() / 1e9)));
        }
    }
}
