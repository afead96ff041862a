package dev.distill.cli;

import dev.distill.models.TorchScriptExport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code distill export}: writes a student in another format. */
@Command(
        name = "export",
        description = {
            "Write an encoder student as one file that runs without distill.",
            "torchscript: torch.jit.load(FILE)(input_ids, attention_mask) gives the logits."
        })
final class ExportCommand implements Callable<Integer> {
    /** The formats there are. */
    enum Format {
        TORCHSCRIPT
    }

    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "PACKAGE", description = "The student's folder.")
    private Path folder = Path.of(".");

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "The format: torchscript, the only one.")
    private Format format = Format.TORCHSCRIPT;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "FILE",
            description = "The file to write.")
    private Path output = Path.of("student.pt");

    ExportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        switch (format) {
            case TORCHSCRIPT -> TorchScriptExport.write(folder, output);
        }
        terminal.out().println(output);
        terminal.out().flush();
        return 0;
    }
}
