package dev.distill.cli;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.proxy.ledger.Dimension;
import dev.distill.proxy.ledger.UsageReader;
import dev.distill.proxy.ledger.UsageReport;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code distill usage}: who uses how much. */
@Command(
        name = "usage",
        description = {
            "Show who used how many tokens and how much money, the heaviest first.",
            "Cost is what budgets count; it includes the worst case where the real cost is unknown."
        })
final class UsageCommand implements Callable<Integer> {
    private static final Pattern SPAN = Pattern.compile("([0-9]{1,5})([hd])");
    private static final double NANOS = 1e9;

    private final Terminal terminal;

    @Mixin private LedgerOptions ledger = new LedgerOptions();

    @Option(
            names = "--by",
            paramLabel = "WHAT",
            description = "team, user (the default), key, route, provider, model or session.")
    private Dimension by = Dimension.USER;

    @Option(names = "--top", paramLabel = "N", description = "How many lines (${DEFAULT-VALUE}).")
    private int top = 10;

    @Option(
            names = "--since",
            paramLabel = "SPAN",
            description = "How far back, such as 12h or 7d (${DEFAULT-VALUE}).")
    private String since = "30d";

    @Option(
            names = "--sort",
            paramLabel = "WHAT",
            description = "cost (the default), reasoning, tokens or requests.")
    private UsageReport.Sort sort = UsageReport.Sort.COST;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Option(
            names = "--lost",
            description = {
                "List the calls charged at their worst, because they ended with their proxy",
                "or nobody knows whether they were billed."
            })
    private boolean lost;

    UsageCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (UsageReader reader = UsageReader.open(ledger.database())) {
            if (lost) {
                printLost(reader);
            } else {
                Instant now = Instant.now();
                UsageReport report = reader.report(by, sort, now.minus(span(since)), now, top);
                if (json) {
                    terminal.out().print(Json.pretty(report.toJson()));
                } else {
                    print(report);
                }
            }
        }
        terminal.out().flush();
        return 0;
    }

    private static Duration span(String text) {
        Matcher matcher = SPAN.matcher(text);
        if (!matcher.matches()) {
            throw new UserError(
                    ExitCode.USAGE,
                    Problem.of("--since must be a number of hours or days, got " + text)
                            .withHint("12h or 7d"));
        }
        long number = Long.parseLong(matcher.group(1));
        return matcher.group(2).equals("h") ? Duration.ofHours(number) : Duration.ofDays(number);
    }

    private void print(UsageReport report) {
        PrintWriter out = terminal.out();
        out.printf(
                "%-24s %10s %8s %8s %14s %14s %14s %9s %12s%n",
                by.name().toLowerCase(Locale.ROOT),
                "requests",
                "stored",
                "failed",
                "input",
                "output",
                "reasoning",
                "hours",
                "cost");
        for (UsageReport.Line line : report.lines()) {
            out.printf(
                    "%-24s %,10d %,8d %,8d %,14d %,14d %,14d %9.1f %12s%n",
                    line.name().isEmpty() ? "-" : line.name(),
                    line.requests(),
                    line.hits(),
                    line.errors(),
                    line.tokens().input(),
                    line.tokens().output(),
                    line.tokens().outputReasoning(),
                    line.reasoningHours(),
                    line.chargedNanoUsd() == 0 && line.unknownCosts() > 0
                            ? "unknown"
                            : usd(line.chargedNanoUsd()));
        }
        long unknown = report.lines().stream().mapToLong(UsageReport.Line::unknownCosts).sum();
        if (unknown > 0) {
            out.printf(
                    "%,d call%s of unknown cost: of models without a price, which count as nothing,"
                            + " or charged at their worst (--lost)%n",
                    unknown, unknown == 1 ? "" : "s");
        }
        if (report.lines().isEmpty()) {
            out.println("nothing since " + report.from());
        }
    }

    private void printLost(UsageReader reader) {
        for (UsageReader.Lost call : reader.lost()) {
            terminal.out()
                    .printf(
                            "%s  %s  %s/%s  %s  %s  at most %s%n",
                            call.requestId(),
                            call.at(),
                            call.provider(),
                            call.model(),
                            call.key().isEmpty() ? "-" : call.key(),
                            call.outcome(),
                            usd(call.chargedNanoUsd()));
        }
    }

    static String usd(long nanoUsd) {
        return String.format(Locale.ROOT, "$%.4f", nanoUsd / NANOS);
    }
}
