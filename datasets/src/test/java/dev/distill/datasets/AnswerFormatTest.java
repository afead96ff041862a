package dev.distill.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.MissingNode;
import dev.distill.config.CurateConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerFormatTest {
    private static final AnswerFormat JSON = new AnswerFormat.JsonText();
    private static final AnswerFormat TEXT = new AnswerFormat.Text();

    @Test
    void jsonMeansItsValueAlsoInAFencedBlock() {
        String meaning = "{\"a\":1,\"b\":\"x\"}";

        assertThat(JSON.meaning(" {\"b\": \"x\", \"a\": 1.0} ")).contains(meaning);
        assertThat(JSON.meaning("```json\n{\"b\": \"x\",\n\"a\": 1}\n```")).contains(meaning);
        assertThat(JSON.meaning("```\n{\"b\": \"x\", \"a\": 1}\n```\n")).contains(meaning);
        assertThat(JSON.meaning("Here it is: {\"a\": 1}")).isEmpty();
    }

    @Test
    void textMeansItselfWithoutSpaceAroundIt() {
        assertThat(TEXT.meaning(" two words \n")).contains("two words");
        assertThat(TEXT.meaning(" \n")).isEmpty();
    }

    @Test
    void labelsAreAFormatToo() {
        assertThat(Rows.LABELS.meaning("\"Refund.\"")).contains("refund");
        assertThat(Rows.LABELS.meaning("nothing")).isEmpty();
    }

    @Test
    void anAnswerWithoutAMeaningSaysWhy() {
        LabelProbabilities read = JSON.read("I cannot", MissingNode.getInstance());

        assertThat(read.label()).isEmpty();
        assertThat(read.problem()).contains("answer is not JSON");
        assertThat(read.source()).isEqualTo(ProbabilitySource.NONE);
    }

    @Test
    void curationKeepsAnswersThatAreNoLabelsWhereTheTaskHasNone() {
        List<AnswerRow> answers =
                List.of(
                        Rows.answer("a", "text a", Part.TRAIN, "refund"),
                        Rows.answer("b", "text b", Part.VALIDATION, "card"),
                        Rows.answer("c", "text c", Part.TRAIN, "no label"));
        CurateConfig lenient =
                new CurateConfig(CurateConfig.Dedup.EXACT, CurateConfig.GoldOverlap.REJECT, 1);

        Curation curation = Curation.of(answers, List.of(), JSON, lenient);

        assertThat(curation.train()).extracting(AnswerRow::id).containsExactly("a");
        assertThat(curation.rejected())
                .extracting(RejectedRow::reason)
                .containsExactly("answer is not JSON");
    }
}
