package dev.distill.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.distill.config.CurateConfig;
import dev.distill.config.CurateConfig.Dedup;
import dev.distill.config.CurateConfig.GoldOverlap;
import dev.distill.config.UserError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CurationTest {
    private static final CurateConfig LENIENT =
            new CurateConfig(Dedup.EXACT, GoldOverlap.REJECT, 1.0);
    private static final AnswerRow TRAIN = Rows.answer("t", "my card", Part.TRAIN, "card");
    private static final AnswerRow VALIDATION = Rows.answer("v", "pay", Part.VALIDATION, "refund");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ' '  | card  | stop   | 0;1;0        | text is empty
                    text | card  | length | 0;1;0        | finish reason is length, not stop
                    text | dunno | stop   | 0;1;0        | answer is not one of the labels
                    text | card  | stop   | 0;1          | expected 3 probabilities, got 2
                    text | card  | stop   | 0.2;0.7;0.2  | probabilities do not add up to 1
                    text | card  | stop   | -1;1;1       | probabilities do not add up to 1
                    text | card  | stop   | NaN;1;0      | probabilities do not add up to 1
                    """)
    void rejectsARowThatIsWrongByItself(
            String text, String label, String finish, String probabilities, String reason) {
        AnswerRow bad =
                changed(
                        Rows.answer("bad", text, Part.TRAIN, label),
                        finish,
                        Stream.of(probabilities.split(";")).map(Double::valueOf).toList());
        Curation curation = curate(TRAIN, bad, VALIDATION);
        assertThat(curation.rejected())
                .containsExactly(
                        new RejectedRow("bad", text, "schema", reason, Optional.of(bad.answer())));
        assertThat(curation.train()).containsExactly(TRAIN);
    }

    @Test
    void keepsTheFirstOfEqualTextsAndSaysWhenTheirLabelsDiffer() {
        AnswerRow same = Rows.answer("t2", " My\u00a0\n CARD ", Part.TRAIN, "card");
        AnswerRow other = Rows.answer("t3", "MY card", Part.TRAIN, "refund");
        Curation curation = curate(TRAIN, same, other, VALIDATION);
        assertThat(curation.train()).containsExactly(TRAIN);
        assertThat(curation.rejected())
                .extracting(RejectedRow::stage, RejectedRow::reason)
                .containsExactly(
                        tuple("duplicate", "same text as row t"),
                        tuple(
                                "duplicate",
                                "same text as row t, but answered with card there and refund here"));
    }

    @Test
    void foldsTheTwoWaysToWriteAnAccent() {
        AnswerRow composed = Rows.answer("a", "Caf\u00c9", Part.TRAIN, "card");
        AnswerRow decomposed = Rows.answer("b", "cafe\u0301", Part.TRAIN, "card");
        assertThat(curate(composed, decomposed, VALIDATION).train()).containsExactly(composed);
    }

    @Test
    void takesAValidationTextOutOfTrainingEvenWhenDuplicatesMayStay() {
        AnswerRow leak = Rows.answer("leak", "Pay", Part.TRAIN, "refund");
        AnswerRow again = Rows.answer("t2", "my card", Part.TRAIN, "card");
        Curation curation =
                Curation.of(
                        List.of(leak, TRAIN, again, VALIDATION),
                        List.of(),
                        Rows.LABELS,
                        new CurateConfig(Dedup.NONE, GoldOverlap.REJECT, 1.0));
        assertThat(curation.train()).containsExactly(TRAIN, again);
        assertThat(curation.validation()).containsExactly(VALIDATION);
        assertThat(curation.rejected())
                .extracting(RejectedRow::reason)
                .containsExactly("same text as validation row v");
    }

    @Test
    void rejectsGoldTextsUnlessToldToKeepThem() {
        AnswerRow gold = Rows.answer("g", "Gold  item", Part.VALIDATION, "card");
        List<AnswerRow> answers = List.of(TRAIN, gold, VALIDATION);
        Curation curation = Curation.of(answers, List.of("gold item"), Rows.LABELS, LENIENT);
        assertThat(curation.rejected())
                .extracting(RejectedRow::stage, RejectedRow::reason)
                .containsExactly(tuple("gold_overlap", "text is also a gold item"));
        assertThat(curation.funnel())
                .containsExactly(
                        new Curation.Step("schema", 3, 0),
                        new Curation.Step("gold_overlap", 3, 1),
                        new Curation.Step("leak", 2, 0),
                        new Curation.Step("duplicate", 2, 0));
        CurateConfig keep = new CurateConfig(Dedup.EXACT, GoldOverlap.KEEP, 0.0);
        assertThat(Curation.of(answers, List.of("gold item"), Rows.LABELS, keep).rejected())
                .isEmpty();
    }

    @Test
    void stopsWhenTooMuchIsRejectedAndNamesTheCommonestReasons() {
        List<AnswerRow> answers = new ArrayList<>(List.of(TRAIN, VALIDATION));
        for (int i = 0; i < 3; i++) {
            answers.add(Rows.answer("x" + i, "text " + i, Part.TRAIN, "no idea"));
        }
        answers.add(Rows.answer("y", "my card", Part.TRAIN, "card"));
        CurateConfig strict = new CurateConfig(Dedup.EXACT, GoldOverlap.REJECT, 0.5);
        assertThatThrownBy(() -> Curation.of(answers, List.of(), Rows.LABELS, strict))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        "4 of 6 rows rejected (66.7 %), more than curate.max_rejected_share 0.5\n"
                                + "hint: the commonest reasons: answer is not one of the labels (3),"
                                + " duplicate (1)");
    }

    @Test
    void stopsWhenAPartIsLeftEmpty() {
        assertThatThrownBy(() -> curate(Rows.answer("x", "x", Part.TRAIN, "no idea"), VALIDATION))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        "no training rows are left of 2 rows\n"
                                + "hint: the commonest reasons: answer is not one of the labels (1)");
    }

    @Property(tries = 100)
    void losesNothingAndIsIdempotent(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int size) {
        List<AnswerRow> answers = random(seed, size);
        Curation once = curate(answers);
        List<AnswerRow> kept = kept(once);
        assertThat(Stream.concat(ids(kept), once.rejected().stream().map(RejectedRow::id)))
                .containsExactlyInAnyOrderElementsOf(ids(answers).toList());
        assertThat(once.funnel().stream().mapToInt(Curation.Step::rejected).sum())
                .isEqualTo(once.rejected().size());
        assertThat(once.funnel().getLast().out()).isEqualTo(kept.size());

        Curation twice = curate(kept);
        assertThat(kept(twice)).isEqualTo(kept);
        assertThat(twice.rejected()).isEmpty();
    }

    @Property(tries = 100)
    void noTextIsKeptTwiceAndWhichTextsAreKeptDoesNotDependOnTheOrder(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int size) {
        List<AnswerRow> answers = random(seed, size);
        List<AnswerRow> shuffled = new ArrayList<>(answers);
        Collections.shuffle(shuffled, new Random(seed + 1));
        Set<String> texts = texts(curate(answers));
        assertThat(texts(curate(shuffled))).isEqualTo(texts);
        assertThat(texts).hasSameSizeAs(kept(curate(answers)));
    }

    private static List<AnswerRow> random(long seed, int size) {
        Random random = new Random(seed);
        List<String> labels = List.of("card", "refund", "card_payment", "no idea");
        List<AnswerRow> answers = new ArrayList<>(List.of(TRAIN, VALIDATION));
        for (int i = 0; i < size; i++) {
            String text = (random.nextBoolean() ? "TEXT " : "text  ") + random.nextInt(20);
            Part part = random.nextInt(3) == 0 ? Part.VALIDATION : Part.TRAIN;
            answers.add(Rows.answer("r" + i, text, part, labels.get(random.nextInt(4))));
        }
        return answers;
    }

    private static Curation curate(AnswerRow... answers) {
        return curate(List.of(answers));
    }

    private static Curation curate(List<AnswerRow> answers) {
        return Curation.of(answers, List.of("text 3"), Rows.LABELS, LENIENT);
    }

    private static List<AnswerRow> kept(Curation curation) {
        return Stream.concat(curation.train().stream(), curation.validation().stream()).toList();
    }

    private static Stream<String> ids(List<AnswerRow> rows) {
        return rows.stream().map(AnswerRow::id);
    }

    private static Set<String> texts(Curation curation) {
        return kept(curation).stream()
                .map(row -> row.part() + NormalText.of(row.text()))
                .collect(Collectors.toSet());
    }

    private static AnswerRow changed(AnswerRow row, String finish, List<Double> probabilities) {
        return new AnswerRow(
                row.id(),
                row.text(),
                row.group(),
                row.part(),
                row.requestKey(),
                row.route(),
                row.provider(),
                row.model(),
                row.inputTokens(),
                row.cachedTokens(),
                row.outputTokens(),
                row.reasoningTokens(),
                row.costNanoUsd(),
                row.latencyMillis(),
                finish,
                row.answer(),
                row.askedAt(),
                row.simulated(),
                row.label(),
                probabilities,
                row.probabilitySource(),
                row.probabilityMass(),
                row.logprobs());
    }
}
