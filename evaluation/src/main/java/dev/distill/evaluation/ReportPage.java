package dev.distill.evaluation;

import dev.distill.evaluation.ReportData.Level;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What {@code report.jte} shows: everything is computed and worded here, the template only places
 * it. The template engine escapes whatever is put into the page for the place where it is put.
 *
 * @param data the report
 * @param headline the result in a sentence
 * @param rows student against teacher
 * @param plot the paired difference
 * @param ladder every student that was tried
 * @param front the ladder as a picture
 * @param charts how the student learnt
 * @param heat what the student confuses
 * @param labels labels of the student, the worst first
 * @param teacherOnly items that only the teacher got right
 * @param studentOnly items that only the student got right
 * @param funnel levels of the data with the length of their bars
 */
record ReportPage(
        ReportData data,
        String headline,
        List<Row> rows,
        DifferencePlot plot,
        List<LadderTable.Line> ladder,
        Optional<FrontChart> front,
        List<LineChart> charts,
        HeatTable heat,
        List<LabelLine> labels,
        List<Disagreement> teacherOnly,
        List<Disagreement> studentOnly,
        List<Bar> funnel) {
    /** Labels in sight; the others are folded away. */
    static final int WORST_LABELS = 12;

    private static final int MOST_DISAGREEMENTS = 10;
    private static final int LONGEST_TEXT = 400;
    private static final TemplateEngine TEMPLATES =
            TemplateEngine.createPrecompiled(
                    null, ContentType.Html, null, ReportPage.class.getPackageName());

    /** A label's score with the teacher's F1 for comparison. */
    record LabelLine(LabelScore student, String teacherF1) {}

    /** An item that one model got right and the other wrong. */
    record Disagreement(String text, String gold, String wrong, String confidence) {}

    /** A level of the funnel and the length of its bar in per cent. */
    record Bar(Level level, String length) {}

    static String html(ReportData data) {
        StringOutput out = new StringOutput();
        TEMPLATES.render("report.jte", of(data), out);
        return out.toString();
    }

    private static ReportPage of(ReportData data) {
        Comparison comparison = data.evaluation().comparison();
        return new ReportPage(
                data,
                unbroken(Headline.of(data)),
                Rows.of(data),
                DifferencePlot.of(data),
                data.ladder().map(LadderTable::of).orElse(List.of()),
                data.ladder().flatMap(FrontChart::of),
                data.training().map(ReportPage::charts).orElse(List.of()),
                HeatTable.of(comparison.student()),
                labels(comparison),
                disagreements(
                        comparison,
                        item -> item.teacherRight() && !item.studentRight(),
                        Judged::student),
                disagreements(
                        comparison,
                        item -> item.studentRight() && !item.teacherRight(),
                        Judged::teacher),
                funnel(data.funnel()));
    }

    private static List<LineChart> charts(ReportData.Training training) {
        return Stream.of(
                        training.steps().isEmpty()
                                ? Optional.<LineChart>empty()
                                : Optional.of(LineChart.loss(training)),
                        training.epochs().isEmpty()
                                ? Optional.<LineChart>empty()
                                : Optional.of(LineChart.validation(training)))
                .flatMap(Optional::stream)
                .toList();
    }

    private static List<LabelLine> labels(Comparison comparison) {
        Map<String, LabelScore> teacher = new HashMap<>();
        comparison.teacher().labels().forEach(label -> teacher.put(label.label(), label));
        return comparison.student().labels().stream()
                .sorted(Comparator.comparingDouble(LabelScore::f1))
                .map(
                        label ->
                                new LabelLine(
                                        label,
                                        Optional.ofNullable(teacher.get(label.label()))
                                                .map(t -> Format.score(t.f1()))
                                                .orElse("\u2013")))
                .toList();
    }

    /** The ones the student was surest about come first: they tell most. */
    private static List<Disagreement> disagreements(
            Comparison comparison,
            Predicate<Judged> which,
            Function<Judged, Optional<String>> wrong) {
        return comparison.items().stream()
                .filter(Judged::answeredByBoth)
                .filter(which)
                .sorted(
                        Comparator.comparingDouble(
                                        (Judged item) -> item.studentConfidence().orElse(0.0))
                                .reversed())
                .limit(MOST_DISAGREEMENTS)
                .map(
                        item ->
                                new Disagreement(
                                        shortened(item.text()),
                                        item.gold(),
                                        wrong.apply(item).orElseThrow(),
                                        item.studentConfidence()
                                                .map(p -> unbroken(Format.percent(p)))
                                                .orElse("")))
                .toList();
    }

    /** Keeps a figure and its unit on one line. */
    private static String unbroken(String text) {
        return text.replaceAll("(?<=\\d) (?=%|ms\\b|s\\b)", "\u00a0");
    }

    private static String shortened(String text) {
        if (text.codePointCount(0, text.length()) <= LONGEST_TEXT) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, LONGEST_TEXT)) + " \u2026";
    }

    private static List<Bar> funnel(ReportData.Funnel funnel) {
        long most = Math.max(1, funnel.levels().stream().mapToLong(Level::rows).max().orElse(1));
        return funnel.levels().stream()
                .map(level -> new Bar(level, Format.fixed(100.0 * level.rows() / most, 1)))
                .toList();
    }
}
