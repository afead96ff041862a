package dev.distill.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelProbabilitiesTest {
    private static final Labels LABELS = Rows.LABELS; // refund, card, card_payment

    @ParameterizedTest
    @ValueSource(
            strings = {
                "refund",
                " Refund\n",
                "\"refund\"",
                "`refund`.",
                "REFUND.",
                "{\"label\": \"refund\"}",
                " { \"label\":\"Refund\" } "
            })
    void understandsALabelHoweverItIsDressed(String answer) {
        assertThat(withoutLogprobs(answer).label()).contains("refund");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "...",
                "refunds",
                "refund card",
                "I think refund",
                "{\"label\": 3}",
                "{\"label\":",
                "{\"label\": \"refund\", \"why\": \"x\"}",
                "{\"name\": \"refund\"}"
            })
    void doesNotGuessWhatIsNotALabel(String answer) {
        LabelProbabilities read = withoutLogprobs(answer);
        assertThat(read.label()).isEmpty();
        assertThat(read.probabilities()).isEmpty();
        assertThat(read.source()).isEqualTo(ProbabilitySource.NONE);
        assertThat(read.problem()).contains("answer is not one of the labels");
    }

    @Test
    void aLabelMayHoldWhatIsDressElsewhere() {
        Labels labels = Labels.of(List.of("U.S.", "U.S", "'tis"));
        assertThat(LabelProbabilities.of(labels, " 'Tis", MissingNode.getInstance()).label())
                .contains("'tis");
        assertThat(LabelProbabilities.of(labels, "u.s.", MissingNode.getInstance()).label())
                .contains("U.S.");
        assertThat(LabelProbabilities.of(labels, "'U.S'", MissingNode.getInstance()).label())
                .contains("U.S");
    }

    @Test
    void withoutLogprobsTheLabelIsCertain() {
        LabelProbabilities read = withoutLogprobs("card");
        assertThat(read.probabilities()).containsExactly(0.0, 1.0, 0.0);
        assertThat(read.source()).isEqualTo(ProbabilitySource.ONE_HOT);
        assertThat(read.mass()).isEqualTo(1);
        assertThat(read.problem()).isEmpty();
    }

    /** 0.6 refund; 0.2 shared by two cards; 0.1 fits nothing and 0.1 is not listed: 0.2 spread. */
    @Test
    void sharesTheMassOfAPrefixAndSpreadsWhatFitsNothing() {
        LabelProbabilities read =
                read("refund", position("refund", 0.6, Map.of("card", 0.2, "hello", 0.1)));
        assertProbabilities(read, 0.6 + 0.2 / 3, 0.1 + 0.2 / 3, 0.1 + 0.2 / 3);
        assertThat(read.mass()).isCloseTo(0.8, within(1e-9));
        assertThat(read.source()).isEqualTo(ProbabilitySource.LOGPROBS);
    }

    /** 0.5 card, of which 0.9 goes on to card_payment and 0.1 ends there; 0.5 refund. */
    @Test
    void followsTheEmittedPathAndCountsAnEndAsACompleteLabel() {
        LabelProbabilities read =
                read(
                        "card_payment",
                        position(" Card", 0.5, Map.of(" ref", 0.25, "Re", 0.25)),
                        position("_payment", 0.9, Map.of("<|im_end|>", 0.1)),
                        position("<|im_end|>", 0.5, Map.of("!", 0.5)));
        assertProbabilities(read, 0.5, 0.05, 0.45);
        assertThat(read.mass()).isCloseTo(1, within(1e-9));
    }

    @Test
    void looksPastTheDressOfTheLabel() {
        LabelProbabilities read =
                read(
                        "{\"label\": \"refund\"}",
                        position("{\"", 0.3, Map.of("refund", 0.7)),
                        position("label", 1, Map.of()),
                        position("\": \"", 1, Map.of()),
                        position("ref", 0.75, Map.of("card", 0.25)),
                        position("und", 1, Map.of()),
                        position("\"}", 0.2, Map.of("?", 0.8)));
        assertProbabilities(read, 0.75, 0.125, 0.125);
    }

    @Test
    void aTokenMayHoldTheQuoteAndTheStartOfTheLabel() {
        LabelProbabilities read =
                read(
                        "\"refund\".",
                        position("\"ref", 0.75, Map.of("\"card", 0.25)),
                        position("und\".", 1, Map.of()));
        assertProbabilities(read, 0.75, 0.125, 0.125);
    }

    @Test
    void aTokenMayEndWithinACharacter() {
        Labels labels = Labels.of(List.of("żółć", "żuk"));
        byte[] word = "Żółć".getBytes(StandardCharsets.UTF_8);
        ArrayNode content = Json.array();
        content.add(token(bytes(word, 0, 1), 1, List.of()));
        content.add(token(bytes(word, 1, 3), 0.5, List.of()));
        content.add(token(bytes(word, 3, word.length), 1, List.of()));
        ObjectNode alternative = token(new byte[] {(byte) 0xbb, 'u'}, 0.5, List.of());
        ((ArrayNode) content.get(1).get("top_logprobs")).add(alternative);
        LabelProbabilities read =
                LabelProbabilities.of(labels, "Żółć", Json.object().set("content", content));
        assertThat(read.problem()).isEmpty();
        assertThat(read.probabilities()).containsExactly(0.5, 0.5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
                    {} | content is not a list of tokens
                    {"content": 3} | content is not a list of tokens
                    {"content": []} | content is not a list of tokens
                    {"content": [{"logprob": 0}]} | a token has no text
                    {"content": [{"token": "card"}]} | logprob is not a logarithm of a probability: \

                    {"content": [{"token": "card", "logprob": null}]} | logprob is not a logarithm of a probability: null
                    {"content": [{"token": "card", "logprob": 2}]} | logprob is not a logarithm of a probability: 2
                    {"content": [{"token": "refund", "logprob": 0}]} | the tokens do not spell the answer: refund
                    {"content": [{"token": "x", "bytes": [200], "logprob": 0}]} | the tokens are not UTF-8
                    {"content": [{"token": "card", "logprob": 0, "top_logprobs": [{"token": "a", "logprob": 0}]}]} | the probabilities of a token add up to 2.0
                    """)
    void malformedLogprobsLeaveTheLabelAndSayWhy(String logprobs, String why)
            throws JsonProcessingException {
        LabelProbabilities read = LabelProbabilities.of(LABELS, "card", Json.parse(logprobs));
        assertThat(read.label()).contains("card");
        assertThat(read.source()).isEqualTo(ProbabilitySource.ONE_HOT);
        assertThat(read.problem().map(String::strip)).contains(("logprobs: " + why).strip());
    }

    @Property(tries = 200)
    void sumsToOneWhateverTheTokensAre(
            @ForAll @IntRange(min = 0, max = 2) int label,
            @ForAll long seed,
            @ForAll @DoubleRange(min = 0.0, max = 1.0) double confidence) {
        LabelProbabilities read = random(LABELS.names().get(label), seed, confidence);
        assertThat(read.source()).isEqualTo(ProbabilitySource.LOGPROBS);
        assertThat(read.probabilities()).hasSize(3).allMatch(p -> p >= 0 && p <= 1 + 1e-9);
        assertThat(read.probabilities().stream().mapToDouble(p -> p).sum())
                .isCloseTo(1, within(1e-9));
        assertThat(read.mass()).isBetween(0.0, 1 + 1e-9);
    }

    @Property(tries = 200)
    void theEmittedLabelWinsWhenItsMassDominates(
            @ForAll @IntRange(min = 0, max = 2) int label, @ForAll long seed) {
        LabelProbabilities read = random(LABELS.names().get(label), seed, 0.95);
        assertThat(read.probabilities().get(label)).isGreaterThan(0.5);
    }

    /** The answer cut into random tokens, each with random alternatives. */
    private static LabelProbabilities random(String answer, long seed, double confidence) {
        Random random = new Random(seed);
        List<String> pieces =
                List.of("card", "_payment", "ref", "r", " c", "zz", "\n", "<|end|>", "");
        List<ObjectNode> content = new ArrayList<>();
        for (int from = 0; from < answer.length(); ) {
            int to = Math.min(answer.length(), from + 3 + random.nextInt(6));
            String other = pieces.get(random.nextInt(pieces.size()));
            double share = (1 - confidence) * random.nextDouble();
            content.add(position(answer.substring(from, to), confidence, Map.of(other, share)));
            from = to;
        }
        return read(answer, content.toArray(ObjectNode[]::new));
    }

    private static LabelProbabilities withoutLogprobs(String answer) {
        return LabelProbabilities.of(LABELS, answer, MissingNode.getInstance());
    }

    private static LabelProbabilities read(String answer, ObjectNode... positions) {
        JsonNode logprobs = Json.object().set("content", Json.array().addAll(List.of(positions)));
        return LabelProbabilities.of(LABELS, answer, logprobs);
    }

    private static ObjectNode position(
            String token, double probability, Map<String, Double> alternatives) {
        List<ObjectNode> top = new ArrayList<>();
        top.add(token(token, probability));
        alternatives.forEach((text, p) -> top.add(token(text, p)));
        ObjectNode node = token(token, probability);
        node.set("top_logprobs", Json.array().addAll(top));
        return node;
    }

    private static ObjectNode token(String text, double probability) {
        return Json.object()
                .put("token", text)
                .put("logprob", Math.max(-9999, Math.log(probability)));
    }

    private static ObjectNode token(
            byte[] bytes, double probability, List<ObjectNode> alternatives) {
        ObjectNode node = token("\ufffd", probability);
        ArrayNode values = Json.array();
        for (byte b : bytes) {
            values.add(b & 0xff);
        }
        node.set("bytes", values);
        node.set("top_logprobs", Json.array().addAll(alternatives));
        return node;
    }

    private static byte[] bytes(byte[] all, int from, int to) {
        return Arrays.copyOfRange(all, from, to);
    }

    private static void assertProbabilities(LabelProbabilities read, Double... expected) {
        assertThat(read.problem()).isEmpty();
        assertThat(read.probabilities()).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(read.probabilities().get(i)).isCloseTo(expected[i], within(1e-9));
        }
    }
}
