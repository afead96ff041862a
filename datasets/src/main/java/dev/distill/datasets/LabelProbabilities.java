package dev.distill.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an answer says about each label.
 *
 * <p>With the log-probabilities of a chat completion, the probabilities are those that the teacher
 * saw, as far as its alternatives were listed. Without usable ones the teacher's label has
 * probability 1 and every other 0; nothing is smoothed, because an invented doubt would look like
 * the teacher's own. An answer that is not a label has no probabilities.
 *
 * @param label the label that the answer means, when it means one
 * @param probabilities one for each label in the order of the labels, of sum 1; or empty
 * @param source where the probabilities come from
 * @param mass the share of the probabilities that was really seen; the rest is spread evenly
 * @param problem why the answer is not a label, or why its log-probabilities could not be used
 */
public record LabelProbabilities(
        Optional<String> label,
        List<Double> probabilities,
        ProbabilitySource source,
        double mass,
        Optional<String> problem) {
    public LabelProbabilities {
        probabilities = List.copyOf(probabilities);
    }

    /**
     * Reads an answer.
     *
     * @param logprobs the {@code logprobs} of the choice as the provider sent it; a missing or null
     *     node when it sent none
     */
    public static LabelProbabilities of(Labels labels, String answer, JsonNode logprobs) {
        Optional<AnswerText> parsed = AnswerText.parse(labels, answer);
        if (parsed.isEmpty()) {
            return new LabelProbabilities(
                    Optional.empty(),
                    List.of(),
                    ProbabilitySource.NONE,
                    0,
                    Optional.of(labels.complaint()));
        }
        String label = parsed.get().label();
        if (logprobs.isMissingNode() || logprobs.isNull()) {
            return oneHot(labels, label, Optional.empty());
        }
        try {
            TokenWalk.Result walked = walk(labels, label, logprobs);
            return new LabelProbabilities(
                    parsed.map(AnswerText::label),
                    walked.probabilities(),
                    ProbabilitySource.LOGPROBS,
                    walked.seen(),
                    Optional.empty());
        } catch (TokenNode.Malformed e) {
            return oneHot(labels, label, Optional.of("logprobs: " + e.getMessage()));
        }
    }

    private static LabelProbabilities oneHot(
            Labels labels, String label, Optional<String> problem) {
        return new LabelProbabilities(
                Optional.of(label),
                labels.names().stream().map(name -> name.equals(label) ? 1.0 : 0.0).toList(),
                ProbabilitySource.ONE_HOT,
                1,
                problem);
    }

    private static TokenWalk.Result walk(Labels labels, String label, JsonNode logprobs) {
        List<TokenWalk.Step> steps = steps(logprobs.path("content"));
        String text = text(steps);
        AnswerText spelt =
                AnswerText.parse(labels, text)
                        .filter(answer -> answer.label().equals(label))
                        .orElseThrow(
                                () ->
                                        new TokenNode.Malformed(
                                                "the tokens do not spell the answer: " + text));
        int start = TokenWalk.utf8(text.substring(0, spelt.start())).length();
        return TokenWalk.walk(labels, steps, start, label);
    }

    private static List<TokenWalk.Step> steps(JsonNode content) {
        if (!content.isArray() || content.isEmpty()) {
            throw new TokenNode.Malformed("content is not a list of tokens");
        }
        List<TokenWalk.Step> steps = new ArrayList<>();
        for (JsonNode position : content) {
            steps.add(step(position));
        }
        if (TokenWalk.isEnd(steps.getLast().emitted())) {
            steps.removeLast();
        }
        return steps;
    }

    private static TokenWalk.Step step(JsonNode position) {
        TokenWalk.Token emitted = token(position);
        List<TokenWalk.Token> alternatives = new ArrayList<>();
        double sum = emitted.probability();
        for (JsonNode node : position.path("top_logprobs")) {
            TokenWalk.Token alternative = token(node);
            if (!alternative.text().equals(emitted.text())) {
                alternatives.add(alternative);
                sum += alternative.probability();
            }
        }
        if (sum > 1 + TokenNode.TOLERANCE) {
            throw new TokenNode.Malformed("the probabilities of a token add up to " + sum);
        }
        double scale = 1 / Math.max(1, sum);
        return new TokenWalk.Step(
                scaled(emitted, scale), alternatives.stream().map(t -> scaled(t, scale)).toList());
    }

    private static TokenWalk.Token scaled(TokenWalk.Token token, double scale) {
        return new TokenWalk.Token(token.text(), token.probability() * scale);
    }

    private static TokenWalk.Token token(JsonNode node) {
        double probability = Math.exp(TokenNode.logprob(node));
        return new TokenWalk.Token(TokenWalk.bytes(TokenNode.bytes(node)), probability);
    }

    private static String text(List<TokenWalk.Step> steps) {
        StringBuilder bytes = new StringBuilder();
        steps.forEach(step -> bytes.append(step.emitted().text()));
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toString().getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException _) {
            throw new TokenNode.Malformed("the tokens are not UTF-8");
        }
    }
}
