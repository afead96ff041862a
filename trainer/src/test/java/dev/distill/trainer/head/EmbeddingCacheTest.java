package dev.distill.trainer.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.config.UserError;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import dev.distill.trainer.TrainingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingCacheTest {
    private static final int SIZE = 32;
    private static final List<String> TEXTS = texts(EmbeddingCache.PIECE_TEXTS + 3);

    @TempDir private Path folder;

    @Test
    void keptVectorsAreThoseThatWereComputed() throws IOException {
        Embeddings first = embed(TEXTS);
        Embeddings second = embed(TEXTS);

        assertThat(files()).hasSize(2);
        for (int text = 0; text < TEXTS.size(); text += 500) {
            assertThat(vector(second, text)).isEqualTo(vector(first, text));
        }
    }

    @Test
    void aTextThatIsKeptIsNotEmbeddedAgain() throws IOException {
        List<String> texts = texts(3);
        embed(texts);
        try (NDManager manager = Torch.newManager();
                Weights marked = new Weights(manager)) {
            marked.put("embeddings", manager.ones(new Shape(3, SIZE)));
            marked.write(files().getFirst());
        }

        assertThat(vector(embed(texts), 2)).containsOnly(1);
    }

    @Test
    void moreTextsCostOnlyThePiecesThatAreNew() throws IOException {
        embed(TEXTS);
        List<Path> before = files();

        embed(texts(EmbeddingCache.PIECE_TEXTS + 9));

        assertThat(files()).hasSize(3).containsAll(before);
    }

    @Test
    void anotherLengthIsAnotherEmbedding() throws IOException {
        embed(texts(3));
        HeadJob longer = job(HeadTrainings.MAX_LENGTH + 1);
        new EmbeddingCache(longer, _ -> {}, () -> false).embed(texts(3));

        assertThat(files()).hasSize(2);
    }

    @Test
    void aTrainingThatIsStoppedKeepsThePiecesThatAreDone() throws IOException {
        int[] asked = {0};
        EmbeddingCache cache =
                new EmbeddingCache(job(HeadTrainings.MAX_LENGTH), _ -> {}, () -> asked[0]++ == 1);

        assertThatThrownBy(() -> cache.embed(TEXTS)).isInstanceOf(EmbeddingCache.Stopped.class);
        assertThat(files()).hasSize(1);
    }

    @Test
    void whoeverWaitsForManyTextsIsTold() {
        List<TrainingEvent> events = new ArrayList<>();
        new EmbeddingCache(job(HeadTrainings.MAX_LENGTH), events::add, () -> false).embed(TEXTS);

        assertThat(events)
                .containsExactly(
                        new TrainingEvent.Note("2,048 of 2,051 texts are embedded"),
                        new TrainingEvent.Note("2,051 of 2,051 texts are embedded"));
    }

    @Test
    void textsThatWereCutAreCounted() {
        List<String> texts = List.of("order", "order ".repeat(60), "refund ".repeat(70));

        EmbeddingCache.Result result =
                new EmbeddingCache(job(HeadTrainings.MAX_LENGTH), _ -> {}, () -> false).embed(texts);

        assertThat(result.cut()).isEqualTo(2);
    }

    @Test
    void vectorsOfAnotherSizeNameTheFileToDelete() throws IOException {
        embed(texts(3));
        try (NDManager manager = Torch.newManager();
                Weights other = new Weights(manager)) {
            other.put("embeddings", manager.ones(new Shape(3, SIZE + 1)));
            other.write(files().getFirst());
        }

        assertThatThrownBy(() -> embed(texts(3)))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        files().getFirst()
                                + ": these are not 3 vectors of 32 numbers\n"
                                + "hint: delete the file to embed the texts again");
    }

    @Test
    void aNumberThatIsTheSameInAllTextsBecomesZero() {
        Embeddings embeddings =
                new Embeddings(3, 2, 2, List.of(new float[] {1, 7, 2, 7}, new float[] {6, 7}));

        float[] row = {6, 8};
        Standardizer.of(embeddings).apply(row);

        assertThat(row[0]).isEqualTo((float) (3 / Math.sqrt(14 / 3.0)));
        assertThat(row[1]).isEqualTo(0);
    }

    private Embeddings embed(List<String> texts) {
        return new EmbeddingCache(job(HeadTrainings.MAX_LENGTH), _ -> {}, () -> false)
                .embed(texts)
                .embeddings();
    }

    private HeadJob job(int maxLength) {
        HeadJob job = HeadTrainings.job(HeadTrainings.config(1, 1, 1e-2), folder);
        return new HeadJob(
                job.config(),
                job.train(),
                maxLength,
                job.labels(),
                job.base(),
                job.training(),
                job.validation(),
                job.embeddings(),
                job.work(),
                job.output());
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("embeddings"))) {
            return files.sorted().toList();
        }
    }

    private static float[] vector(Embeddings embeddings, int text) {
        float[] vector = new float[embeddings.size()];
        embeddings.copyTo(text, vector, 0);
        return vector;
    }

    private static List<String> texts(int count) {
        return IntStream.range(0, count).mapToObj(i -> "order " + i).toList();
    }
}
