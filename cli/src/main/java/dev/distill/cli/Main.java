package dev.distill.cli;

import dev.distill.config.ExitCode;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code distill}. */
@Command(
        name = "distill",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Distils a large teacher model into a small student for one narrow task.",
        synopsisSubcommandLabel = "COMMAND")
public final class Main {
    private Main() {}

    /** Runs a command and ends the process with its {@link ExitCode}. */
    public static void main(String[] arguments) {
        boolean live = Boolean.getBoolean("distill.terminal");
        Terminal terminal =
                new Terminal(
                        new PrintWriter(System.out, false, StandardCharsets.UTF_8),
                        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                        live,
                        Terminal.takesColours(live, System.getenv()));
        // Numbers read the same on every machine.
        Locale.setDefault(Locale.ROOT);
        System.exit(execute(terminal, arguments));
    }

    /** Runs a command; the tests' door. */
    static int execute(Terminal terminal, String... arguments) {
        try {
            return commandLine(terminal).execute(arguments);
        } catch (Error e) {
            // Out of memory, or a native library that does not load: never mistaken for a gate's
            // no.
            return new ErrorPrinter(terminal.err()).print(e);
        }
    }

    static CommandLine commandLine(Terminal terminal) {
        CommandLine line = new CommandLine(new Main());
        line.addSubcommand(new RunCommand(terminal));
        line.addSubcommand(new PlanCommand(terminal));
        line.addSubcommand(new ProxyCommand(terminal));
        line.addSubcommand(KeysCommand.with(terminal));
        line.addSubcommand(new SessionsCommand(terminal));
        line.addSubcommand(
                new CommandLine(new UsageCommand(terminal))
                        .addSubcommand(new ReconcileCommand(terminal)));
        line.addSubcommand(new ExportCommand(terminal));
        line.addSubcommand(new DoctorCommand(terminal));
        line.addSubcommand(new SchemaCommand(terminal));
        line.addSubcommand(new ReferenceCommand(terminal));
        line.addSubcommand(new RehearseCommand(terminal));
        line.setOut(terminal.out());
        line.setErr(terminal.err());
        line.setExecutionExceptionHandler(new ErrorPrinter(terminal.err()));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        return line;
    }
}
