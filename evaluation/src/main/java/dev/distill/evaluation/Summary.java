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
