package dev.distill.evaluation;

import java.util.stream.Collectors;

/** The result as a few lines of Markdown, to paste into a pull request. */
final class Summary {
    private Summary() {}

    static String of(ReportData data) {
        Comparison comparison = data.evaluation().comparison();
        String rows = Rows.of(data).stream().map(Summary::row).collect(Collectors.joining("\n"));
        return """
                ### %s: %s

                %s

                %s

                | | student | teacher | difference | rests on |
                |---|---|---|---|---|
                %s

                Ranges are %s confidence intervals; **bold** is the better figure where chance is an unlikely explanation.
                %s
                #### Gate

                %s

                #### Reproduce

                ```
                %s
                ```

                Job `%s`, run `%s`, %s.
                """
                .formatted(
                        text(data.run().job()),
                        data.verdict().outcome(),
                        text(Headline.of(data)) + ".",
                        Prose.unanswered(comparison),
                        rows,
                        Format.level(comparison.difference().interval().confidence()),
                        data.ladder().map(Summary::ladder).orElse(""),
                        gate(data.verdict()),
                        data.run().command(),
                        code(data.run().job()),
                        code(data.run().id()),
                        text(data.run().machine()));
    }

    private static String row(Row row) {
        return "| %s | %s | %s | %s | %s |"
                .formatted(
                        text(row.measure()),
                        cell(row.student()),
                        cell(row.teacher()),
                        text(row.difference()) + (row.differenceSimulated() ? " (simulated)" : ""),
                        text(row.basis()));
    }

    private static String cell(Row.Cell cell) {
        String value = cell.better() ? "**" + text(cell.value()) + "**" : text(cell.value());
        return value
                + Headline.tag(cell.provenance())
                + (cell.interval().isEmpty() ? "" : "<br>" + text(cell.interval()));
    }

    /** Every student that was tried, the published or nearest one in bold. */
    private static String ladder(Ladder ladder) {
        String lines =
                LadderTable.of(ladder).stream()
                        .map(Summary::rung)
                        .collect(Collectors.joining("\n"));
        return """

                #### Students tried

                | student | %s | training | p50, p95 | size | cost of 1,000 | gate | Pareto front |
                |---|---|---|---|---|---|---|---|
                %s

                %s
                """
                .formatted(
                        LadderTable.metric(ladder),
                        lines,
                        Prose.sentence(text(LadderTable.basis(ladder))));
    }

    private static String rung(LadderTable.Line line) {
        String kind = text(line.kind());
        return "| %s | %s<br>%s | %s | %s | %s | %s | %s | %s |"
                .formatted(
                        line.chosen().yes() ? "**" + kind + "**" : kind,
                        text(line.accuracy()),
                        text(line.interval()),
                        text(line.training()),
                        text(line.latency()),
                        text(line.size()),
                        text(line.cost()),
                        line.outcome(),
                        line.front().yes() ? "yes" : "");
    }

    private static String gate(Verdict verdict) {
        String conditions =
                verdict.conditions().stream()
                        .map(
                                c ->
                                        "- **%s** `%s`: %s%s%n"
                                                .formatted(
                                                        c.outcome(),
                                                        c.name(),
                                                        text(c.reason()),
                                                        Headline.tag(c.provenance())))
                        .collect(Collectors.joining())
                        .replace("\r\n", "\n");
        return conditions.isEmpty()
                ? Prose.sentence(verdict.errorRates())
                : conditions + "\n" + Prose.sentence(verdict.errorRates());
    }

    /** Text in which nothing is Markdown or HTML. */
    private static String text(String text) {
        return text.replaceAll("([\\\\`*_\\[\\]|])", "\\\\$1")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replaceAll("\\s+", " ");
    }

    private static String code(String text) {
        return text.replace("`", "'");
    }
}
