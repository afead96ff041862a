package dev.distill.cli;

import dev.distill.config.ExitCode;
import dev.distill.pipeline.Machine;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code distill doctor}: checks whether this machine can run jobs. */
@Command(
        name = "doctor",
        description =
                "Check the machine: Java, libtorch, processor, memory, disk, the state folder.")
final class DoctorCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Home home = new Home();

    DoctorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Machine.Check> checks = Machine.examine(home.folder);
        for (Machine.Check check : checks) {
            String mark = check.good() ? "ok  " : "FAIL";
            terminal.out().printf("%s  %-12s %s%n", mark, check.name(), check.finding());
        }
        terminal.out().flush();
        return checks.stream().allMatch(Machine.Check::good)
                ? ExitCode.OK.code()
                : ExitCode.INVALID_INPUT.code();
    }
}
