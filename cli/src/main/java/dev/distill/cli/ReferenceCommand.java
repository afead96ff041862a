package dev.distill.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code distill reference}: prints the reference of commands, keys and exit statuses. */
@Command(name = "reference", hidden = true, description = "Print docs/reference.md.")
final class ReferenceCommand implements Callable<Integer> {
    private final Terminal terminal;

    ReferenceCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.out().print(Reference.markdown());
        terminal.out().flush();
        return 0;
    }
}
