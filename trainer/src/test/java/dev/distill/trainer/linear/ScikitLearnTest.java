package dev.distill.trainer.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.files.Json;
import dev.distill.models.linear.LinearWeights;
import dev.distill.models.linear.Ngrams;
import dev.distill.models.linear.SparseVector;
import dev.distill.models.linear.Vectorizer;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The numbers of golden/linear are scikit-learn's; make.py beside them says how they were made. */
@Tag("golden")
class ScikitLearnTest {
    private final JsonNode golden = read();
    private final List<String> texts = strings(golden.path("texts"));
    private final List<String> unseen = strings(golden.path("unseen"));
    private final VectorizerFit fit =
            VectorizerFit.of(texts, new Ngrams(2, 2, 4), 1, 2, Integer.MAX_VALUE);

    private static JsonNode read() {
        try (InputStream in =
                Objects.requireNonNull(
                        ScikitLearnTest.class.getResourceAsStream("/golden/linear/golden.json"))) {
            return Json.parse(in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> strings(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
    }

    @Test
    void theVocabularyIsTfidfVectorizers() {
        Vectorizer vectorizer = fit.vectorizer();

        assertThat(vectorizer.words().terms())
                .containsExactlyInAnyOrderElementsOf(strings(golden.path("words")));
        assertThat(vectorizer.characters().terms())
                .containsExactlyInAnyOrderElementsOf(strings(golden.path("characters")));
    }

    @Test
    void theVectorsAreTfidfVectorizersForSeenAndUnseenTexts() {
        List<SparseVector> vectors = new ArrayList<>(fit.rows().subList(0, 6));
        unseen.forEach(text -> vectors.add(fit.vectorizer().features(text).vector()));

        assertThat(vectors).hasSize(golden.path("vectors").size());
        for (int i = 0; i < vectors.size(); i++) {
            Map<String, Double> expected = new HashMap<>();
            golden.path("vectors")
                    .path(i)
                    .properties()
                    .forEach(m -> expected.put(m.getKey(), m.getValue().asDouble()));
            Map<String, Double> actual = named(vectors.get(i));
            assertThat(actual.keySet()).as("vector %d", i).isEqualTo(expected.keySet());
            actual.forEach(
                    (term, value) ->
                            assertThat(value).as(term).isCloseTo(expected.get(term), within(1e-6)));
        }
    }

    private Map<String, Double> named(SparseVector vector) {
        List<String> words = fit.vectorizer().words().terms();
        List<String> characters = fit.vectorizer().characters().terms();
        Map<String, Double> named = new HashMap<>();
        for (int i = 0; i < vector.columns().length; i++) {
            int column = vector.columns()[i];
            named.put(
                    column < words.size()
                            ? "w:" + words.get(column)
                            : "c:" + characters.get(column - words.size()),
                    vector.values()[i]);
        }
        return named;
    }

    @Test
    void aTextSeenInTrainingHasTheSameVectorInServing() {
        for (int i = 0; i < texts.size(); i++) {
            SparseVector served = fit.vectorizer().features(texts.get(i)).vector();

            assertThat(served.columns()).isEqualTo(fit.rows().get(i).columns());
            assertThat(served.values()).isEqualTo(fit.rows().get(i).values());
        }
    }

    @Test
    void theScoresAreLinearSvcs() {
        compare(texts.stream().mapToDouble(_ -> 0.5).toArray(), golden.path("scores"));
    }

    @Test
    void theScoresOfWeightedRowsAreLinearSvcs() {
        compare(
                IntStream.range(0, texts.size())
                        .mapToDouble(i -> i % 3 == 0 ? 0.25 : 0.5)
                        .toArray(),
                golden.path("weighted_scores"));
    }

    private void compare(double[] costs, JsonNode expected) {
        int[] labels = new int[texts.size()];
        Arrays.setAll(labels, i -> golden.path("labels").path(i).asInt());
        DualDescent.Rows rows = DualDescent.Rows.of(fit.rows(), labels, costs);
        LinearWeights weights =
                new OneVsRest(rows, fit.vectorizer().columns(), 5, 1e-5f).fit(() -> false);

        for (int i = 0; i < unseen.size(); i++) {
            float[] scores = weights.scores(fit.vectorizer().features(unseen.get(i)).vector());
            for (int label = 0; label < 5; label++) {
                assertThat((double) scores[label])
                        .as("text %d, label %d", i, label)
                        .isCloseTo(expected.path(i).path(label).asDouble(), within(1e-4));
            }
        }
    }
}
