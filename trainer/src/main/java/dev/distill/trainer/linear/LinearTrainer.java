package dev.distill.trainer.linear;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.models.Calibration;
import dev.distill.models.Prediction;
import dev.distill.models.linear.LinearClassifier;
import dev.distill.models.linear.LinearModel;
import dev.distill.models.linear.LinearWeights;
import dev.distill.trainer.CalibrationFit;
import dev.distill.trainer.Preflight;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingRow;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains a student of kind {@code linear} on the teacher's labels. Its probabilities are calibrated
 * on the validation rows, which nothing else is learned from.
 */
public final class LinearTrainer {
    private final InstantSource clock;

    public LinearTrainer(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Trains a student.
     *
     * @param listener is told of the beginning and the end, on the calling thread
     * @param stop asked before each label, on any thread
     * @throws UserError with {@link ExitCode#INTERRUPTED} when it was stopped, and with {@link
     *     ExitCode#INVALID_INPUT} for rows or settings that nothing can be learned from
     */
    public LinearResult train(
            LinearJob job, Consumer<TrainingEvent> listener, BooleanSupplier stop) {
        Instant begun = clock.instant();

        // 1. Look at rows and settings before anything costs time.
        check(job);
        Preflight.check(job.labels(), job.training(), job.validation());
        int rows = job.training().size();
        int labels = job.labels().size();
        listener.accept(new TrainingEvent.Started(rows, labels, 1, 0));

        // 2. Texts become vectors.
        VectorizerFit fit =
                VectorizerFit.of(
                        job.training().stream().map(TrainingRow::text).toList(),
                        job.ngrams(),
                        job.config().minWordTexts(),
                        job.config().minCharTexts(),
                        job.config().maxFeatures());

        // 3. A score for each label.
        DualDescent.Rows vectors =
                DualDescent.Rows.of(fit.rows(), targets(job.training()), costs(job));
        LinearWeights weights =
                new OneVsRest(vectors, fit.vectorizer().columns(), labels, OneVsRest.TOLERANCE)
                        .fit(stop);
        LinearModel model = new LinearModel(job.labels(), fit.vectorizer(), weights);

        // 4. Probabilities of the scores, by rows that were not trained on.
        List<Prediction> said =
                new LinearClassifier(model, Calibration.NONE)
                        .classify(job.validation().stream().map(TrainingRow::text).toList());
        Calibration calibration = CalibrationFit.of(said, targets(job.validation()));
        double accuracy = accuracy(job, said);
        listener.accept(new TrainingEvent.Epoch(1, 1, accuracy, calibration.nllAfter(), true));
        double seconds = Duration.between(begun, clock.instant()).toNanos() / 1e9;
        return new LinearResult(
                model, calibration, accuracy, calibration.nllAfter(), seconds, rows / seconds);
    }

    private static void check(LinearJob job) {
        int fewest = job.config().minCharNgram();
        int most = job.config().maxCharNgram();
        if (most > 0 && fewest > most) {
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.of(
                                    "min_char_ngram must be <= max_char_ngram %d, got %d"
                                            .formatted(most, fewest))
                            .withHint("max_char_ngram: 0 leaves character n-grams out"));
        }
        if (most == 0 && job.config().maxWordNgram() == 0) {
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.of("max_word_ngram and max_char_ngram are both 0")
                            .withHint("a linear student needs n-grams of one sort at least"));
        }
    }

    private static int[] targets(List<TrainingRow> rows) {
        return rows.stream().mapToInt(TrainingRow::label).toArray();
    }

    /** What an error in each row costs. */
    private static double[] costs(LinearJob job) {
        double[] costs = new double[job.training().size()];
        Arrays.fill(costs, job.config().c());
        if (job.config().weighByConfidence()) {
            double mean =
                    job.training().stream()
                            .mapToDouble(LinearTrainer::confidence)
                            .average()
                            .orElseThrow();
            Arrays.setAll(costs, i -> costs[i] * confidence(job.training().get(i)) / mean);
        }
        return costs;
    }

    /** The teacher's greatest probability. */
    private static double confidence(TrainingRow row) {
        float most = 0;
        for (float probability : row.teacher()) {
            most = Math.max(most, probability);
        }
        return most;
    }

    private static double accuracy(LinearJob job, List<Prediction> said) {
        long right = 0;
        for (int i = 0; i < said.size(); i++) {
            String label = job.labels().get(job.validation().get(i).label());
            right += said.get(i).label().equals(label) ? 1 : 0;
        }
        return (double) right / said.size();
    }
}
