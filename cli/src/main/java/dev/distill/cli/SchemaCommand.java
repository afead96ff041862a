package dev.distill.cli;

import dev.distill.config.JobConfig;
import dev.distill.config.JsonSchema;
import dev.distill.config.ProxyConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code distill schema}: prints the JSON Schema of a file format, for editors. */
@Command(
        name = "schema",
        description = "Print the JSON Schema of job or proxy files, for editors and checkers.")
final class SchemaCommand implements Callable<Integer> {
    /** The files that have a schema. */
    enum Format {
        JOB,
        PROXY
    }

    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "job|proxy", description = "The kind of file.")
    private Format format = Format.JOB;

    SchemaCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Class<? extends Record> type =
                switch (format) {
                    case JOB -> JobConfig.class;
                    case PROXY -> ProxyConfig.class;
                };
        terminal.out().print(JsonSchema.of(type));
        terminal.out().flush();
        return 0;
    }
}
