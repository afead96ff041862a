package dev.distill.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.GateConfig;
import dev.distill.files.Json;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportTest {
    private static final String HOSTILE =
            "<script>alert('x')</script> \"quoted\" & </p><img src=x onerror=alert(1)>";

    @TempDir static Path folder;
    private static String html = "";

    @BeforeAll
    static void write() throws IOException {
        Report.write(Sample.report(HOSTILE), folder);
        html = Files.readString(folder.resolve("report.html"));
    }

    @Test
    void writesItsFourFilesAndNothingElse() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(
                            files.filter(Files::isRegularFile)
                                    .map(file -> folder.relativize(file).toString()))
                    .containsExactlyInAnyOrder(
                            "evaluation/results.json",
                            "evaluation/junit.xml",
                            "summary.md",
                            "report.html");
        }
    }

    @Test
    void everyTagOfThePageIsClosedInOrder() {
        assertThat(HtmlTags.problems(html)).isEmpty();
        assertThat(HtmlTags.problems("<p>one<b>two</p>")).isNotEmpty();
    }

    @Test
    void textOfRequestsCannotBecomeMarkup() {
        assertThat(html)
                .contains("&lt;script&gt;alert(")
                .contains("&lt;img src=x onerror=alert(1)&gt;")
                .doesNotContain("<script")
                .doesNotContain("<img");
    }

    @Test
    void thePageNeedsNothingFromOutside() {
        assertThat(html)
                .doesNotContain("http:")
                .doesNotContain("https:")
                .doesNotContain("url(")
                .doesNotContain("@import")
                .doesNotContain("<link")
                .doesNotContainPattern("<[^>]+\\s(src|href)=");
    }

    @Test
    void thePageShowsTheVerdictTheFiguresAndTheirBasis() {
        assertThat(html)
                .contains("The student passes: ")
                .contains("3,074 items")
                .contains("Compared on the 3,074 of 3,080 gold items")
                .contains("prefers-color-scheme: dark")
                .contains("@media print")
                .contains("epoch 4 was kept: 91.6 %")
                .contains("distill run job.yaml");
    }

    @Test
    void thePageShowsWhichTextIsLearned() {
        assertThat(html)
                .contains(
                        "<pre><span class=\"masked\">&lt;|user|&gt;where is it?\n&lt;|bot|&gt;</span><mark>shipping&lt;|end|&gt;</mark></pre>");
    }

    @Test
    void simulatedFiguresAreTaggedWhereverTheyAppear() throws IOException {
        // Cost, 3 latencies, 4 differences from them, throughput; the condition; the money twice.
        assertThat(Pattern.compile("<span class=\"sim\">simulated</span>").matcher(html).results())
                .hasSize(12);
        assertThat(html).contains("cheaper (simulated)");
        assertThat(read("summary.md")).contains("cheaper (simulated)", "| $0.14 (simulated)<br>");
        JsonNode results = results();
        assertThat(results.at("/cost/teacher/simulated").booleanValue()).isTrue();
        assertThat(results.at("/cost/student/simulated").booleanValue()).isFalse();
        assertThat(results.at("/cost_ratio/simulated").booleanValue()).isTrue();
        assertThat(results.at("/latency/teacher/simulated").booleanValue()).isTrue();
        assertThat(results.at("/verdict/conditions/3/simulated").booleanValue()).isTrue();
        assertThat(read("evaluation/junit.xml")).contains("(simulated)");
    }

    @Test
    void resultsKeepTheirFieldsInOrder() throws IOException {
        assertThat(results().properties())
                .extracting(Map.Entry::getKey)
                .containsExactly(
                        "format",
                        "job",
                        "run",
                        "headline",
                        "verdict",
                        "items",
                        "metric",
                        "student",
                        "teacher",
                        "difference",
                        "macro_f1_difference",
                        "table",
                        "mcnemar_mid_p",
                        "bootstrap",
                        "calibration",
                        "latency",
                        "cost",
                        "cost_ratio",
                        "reproduce");
        assertThat(results().at("/difference").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("value", "low", "high", "confidence", "n");
        assertThat(results().at("/verdict/exit_code").intValue()).isZero();
        assertThat(results().at("/items/teacher_unanswered").intValue()).isEqualTo(6);
    }

    @Test
    void eachGateConditionIsATestCase() throws Exception {
        Element suite = suite(read("evaluation/junit.xml"));
        assertThat(suite.getTagName()).isEqualTo("testsuite");
        assertThat(suite.getAttribute("tests")).isEqualTo("4");
        NodeList cases = suite.getElementsByTagName("testcase");
        assertThat(cases.getLength()).isEqualTo(4);
        assertThat(((Element) cases.item(0)).getAttribute("name"))
                .isEqualTo("non_inferior.accuracy");
    }

    @Test
    void failedConditionsAreFailuresAndOpenOnesAreSkipped() throws Exception {
        ReportData data = worse();
        Element suite = suite(JUnitXml.of(data));
        assertThat(suite.getAttribute("failures")).isEqualTo("1");
        assertThat(suite.getAttribute("skipped")).isEqualTo("1");
        assertThat(suite.getElementsByTagName("failure").item(0).getTextContent())
                .contains("all of it is below 95.0 %");
        assertThat(
                        ((Element) suite.getElementsByTagName("skipped").item(0))
                                .getAttribute("message"))
                .startsWith("inconclusive: student minus teacher is ");
    }

    @Test
    void aReportOfTheLeastThereIsIsStillAWholePage() {
        ReportData data = worse();
        String page = ReportPage.html(data);
        assertThat(HtmlTags.problems(page)).isEmpty();
        assertThat(page)
                .contains("The student does not pass: 90.0\u00a0% against 90.0\u00a0% accuracy")
                .contains("INCONCLUSIVE")
                .doesNotContain("How the student learnt");
        assertThat(Summary.of(data)).contains("- **FAIL** `min_accuracy`: ");
    }

    @Test
    void aTeacherThatTookNoTimeAndCostNothingIsComparedWithoutARatio() {
        Latency own = Sample.latency(Provenance.MEASURED, 1, 500, 5.8, 3.06);
        Evaluation evaluation =
                new Evaluation(
                        Sample.comparison(850, 50, 50, 50),
                        List.of(own),
                        Optional.of(Sample.latency(Provenance.SIMULATED, 1, 500, 0, 0.001)),
                        Optional.of(Cost.ofUsage(0, 500, Provenance.SIMULATED)),
                        Optional.of(Cost.ofMachine(0.10, own)));
        ReportData data = Sample.report(evaluation, Gate.decide(Sample.GATE, evaluation));

        assertThat(Rows.of(data))
                .filteredOn(
                        row -> row.measure().startsWith("p") || row.measure().startsWith("Cost"))
                .hasSize(4)
                .allSatisfy(row -> assertThat(row.difference()).isEmpty());
        assertThat(HtmlTags.problems(ReportPage.html(data))).isEmpty();
        assertThat(Summary.of(data)).contains("against 0 ms (simulated)");
    }

    @Test
    void equalDataGivesEqualBytes() throws IOException {
        assertThat(ReportPage.html(Sample.report(HOSTILE))).isEqualTo(html);
        assertThat(Json.pretty(ResultsJson.of(Sample.report(HOSTILE))))
                .isEqualTo(read("evaluation/results.json"));
    }

    @Test
    void aTrainingOfOneStepAndOneEpochIsDrawn() {
        ReportData.Training training =
                new ReportData.Training(
                        List.of(new ReportData.Step(1, 0.7)),
                        List.of(new ReportData.Epoch(1, 1, 0.5)),
                        1,
                        List.of());
        assertThat(LineChart.loss(training).path()).startsWith("M").doesNotContain("NaN");
        assertThat(LineChart.validation(training).mark()).isPresent();
    }

    /** One condition open, one failed, and nothing measured but the answers. */
    private static ReportData worse() {
        GateConfig gate =
                new GateConfig(
                        Optional.of(new GateConfig.NonInferior(Optional.empty(), 0.01)),
                        Optional.of(0.95),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());
        Evaluation evaluation = Sample.evaluation(Sample.comparison(850, 50, 50, 50));
        ReportData full = Sample.report(evaluation, Gate.decide(gate, evaluation));
        return new ReportData(
                full.run(),
                full.teacher(),
                full.student(),
                full.evaluation(),
                full.verdict(),
                Optional.empty(),
                Optional.empty(),
                full.funnel());
    }

    private static JsonNode results() throws IOException {
        return Json.parse(read("evaluation/results.json"));
    }

    private static String read(String file) throws IOException {
        return Files.readString(folder.resolve(file));
    }

    private static Element suite(String xml) throws Exception {
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)))
                .getDocumentElement();
    }
}
