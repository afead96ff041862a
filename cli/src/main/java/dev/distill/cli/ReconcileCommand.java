package dev.distill.cli;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.proxy.ledger.UsageReader;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code distill usage reconcile}: says what a lost call really cost. */
@Command(
        name = "reconcile",
        description = {
            "Replace the worst case of a request's lost calls by what the provider billed for them.",
            "A running proxy counts it when it starts again."
        })
final class ReconcileCommand implements Callable<Integer> {
    private static final BigDecimal MOST_USD = BigDecimal.valueOf(1_000_000);

    private final Terminal terminal;

    @Mixin private LedgerOptions ledger = new LedgerOptions();

    @Parameters(
            index = "0",
            paramLabel = "REQUEST_ID",
            description = "The request, as distill usage --lost names it.")
    private String requestId = "";

    @Option(
            names = "--usd",
            required = true,
            paramLabel = "X",
            description = "What it cost in US dollars.")
    private BigDecimal usd = BigDecimal.ZERO;

    ReconcileCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (usd.signum() < 0 || usd.compareTo(MOST_USD) > 0) {
            throw new UserError(
                    ExitCode.USAGE,
                    Problem.of("--usd must be from 0 to %s, got %s".formatted(MOST_USD, usd)));
        }
        long nanoUsd = usd.movePointRight(9).setScale(0, RoundingMode.CEILING).longValueExact();
        try (UsageReader reader = UsageReader.open(ledger.database())) {
            long before =
                    reader.reconcile(requestId, nanoUsd)
                            .orElseThrow(
                                    () ->
                                            new UserError(
                                                    ExitCode.INVALID_INPUT,
                                                    Problem.of("no lost call is named " + requestId)
                                                            .withHint(
                                                                    "distill usage --lost lists them")));
            terminal.out()
                    .printf(
                            "%s: %s instead of %s%n",
                            requestId, UsageCommand.usd(nanoUsd), UsageCommand.usd(before));
        }
        terminal.out().flush();
        return 0;
    }
}
