package dev.distill.trainer.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.distill.config.ExitCode;
import dev.distill.config.HeadConfig;
import dev.distill.config.TrainConfig;
import dev.distill.config.TrainConfig.LrSchedulerType;
import dev.distill.config.UserError;
import dev.distill.models.Base;
import dev.distill.models.Calibration;
import dev.distill.models.ModelCard;
import dev.distill.models.Prediction;
import dev.distill.models.Tokenizer;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import dev.distill.models.head.Embedder;
import dev.distill.models.head.HeadClassifier;
import dev.distill.models.head.HeadPackage;
import dev.distill.trainer.CalibrationFit;
import dev.distill.trainer.Schedule;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingResult;
import dev.distill.trainer.TrainingRow;
import dev.distill.trainer.Trainings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

class HeadTrainerTest {
    private static final ModelCard CARD =
            new ModelCard(
                    "intents",
                    "Says what a customer wants.",
                    "tiny",
                    "mit",
                    Map.of(),
                    List.of(),
                    Map.of());

    @TempDir private Path folder;

    @Test
    void learnsATaskOfThreeLabels() {
        List<TrainingRow> rows = Trainings.rows(240, 3);
        HeadJob job =
                HeadTrainings.job(
                        HeadTrainings.config(20, 20, 1e-2), folder, rows, Trainings.rows(90, 4));
        List<TrainingEvent> events = new ArrayList<>();

        TrainingResult result = HeadTrainings.train(job, events::add, () -> false);

        assertThat(result.validationAccuracy()).isGreaterThan(0.95);
        assertThat(result.steps()).isEqualTo(20 * 30);
        assertThat(result.truncatedShare()).isEqualTo(0);
        assertThat(events.getFirst()).isEqualTo(new TrainingEvent.Started(240, 600, 20, 0));
        assertThat(events).filteredOn(TrainingEvent.Epoch.class::isInstance).hasSize(20);
    }

    @Test
    void leavesLibtorchItsThreads() {
        Torch.version(); // started
        int before = JniUtils.getNumThreads();

        HeadTrainings.train(HeadTrainings.job(HeadTrainings.config(1, 1, 1e-2), folder));

        assertThat(JniUtils.getNumThreads()).isEqualTo(before);
    }

    @Test
    void thePackageAnswersWithTheProbabilitiesOfTheTrainedNetwork() {
        HeadJob job = HeadTrainings.job(HeadTrainings.config(3, 3, 1e-2), folder);
        TrainingResult result = HeadTrainings.train(job);
        Path model = folder.resolve("package");
        HeadPackage.write(model, job.shape(), result.weights(), job.base(), Calibration.NONE, CARD);
        List<String> texts = Trainings.rows(40, 9).stream().map(TrainingRow::text).toList();

        float[][] trained = probabilities(job, result, texts);
        try (HeadClassifier classifier = HeadClassifier.load(model)) {
            List<Prediction> predictions = classifier.classify(texts);

            assertThat(classifier.shape()).isEqualTo(job.shape());
            for (int text = 0; text < texts.size(); text++) {
                for (int label = 0; label < 3; label++) {
                    assertThat(predictions.get(text).probabilities().get(label))
                            .isCloseTo(trained[text][label], within(1e-5));
                }
            }
        }
    }

    @Test
    void theCalibrationIsThatOfTheFinishedPackageOnTheValidationRows() {
        HeadJob job = HeadTrainings.job(HeadTrainings.config(3, 3, 1e-2), folder);
        TrainingResult result = HeadTrainings.train(job);
        Path model = folder.resolve("package");
        HeadPackage.write(model, job.shape(), result.weights(), job.base(), Calibration.NONE, CARD);

        Calibration calibration = HeadCalibration.of(job, result);

        try (HeadClassifier classifier = HeadClassifier.load(model)) {
            Calibration again = CalibrationFit.of(classifier, job.validation());
            assertThat(calibration.temperature()).isCloseTo(again.temperature(), within(1e-4));
            assertThat(calibration.rows()).isEqualTo(12);
        }
    }

    /** As DeepLearning4J and ND4J compute them from the kept weights. */
    private static float[][] probabilities(HeadJob job, TrainingResult result, List<String> texts) {
        Schedule any = new Schedule(LrSchedulerType.COSINE, 1, 0);
        try (NDManager manager = Torch.newManager();
                Weights head = Weights.read(manager, result.weights());
                Weights moments =
                        Weights.read(
                                manager,
                                job.work().resolve("checkpoints/step-15/optimizer.safetensors"));
                Tokenizer tokenizer = Tokenizer.load(job.base().tokenizerFile());
                Embedder embedder =
                        new Embedder(manager, job.base(), job.shape().encoder(), job.precision());
                Network network =
                        new Network(job.shape(), job.config(), job.train().kd(), any, 99)) {
            network.restore(head, moments);
            float[] x = embedder.embed(tokenizer.encode(texts, HeadTrainings.MAX_LENGTH));
            new Standardizer(
                            head.get("standardize.mean").toFloatArray(),
                            head.get("standardize.scale").toFloatArray())
                    .apply(x);
            float[] logits = network.logits(x, texts.size());
            return Transforms.softmax(Nd4j.createFromArray(logits).reshape('c', texts.size(), 3))
                    .toFloatMatrix();
        }
    }

    @Test
    void aLinearHeadLearnsToo() {
        HeadConfig linear = new HeadConfig(List.of(), 0, 20, 20, 1e-2, 8, 0);
        List<TrainingRow> rows = Trainings.rows(240, 3);

        TrainingResult result = HeadTrainings.train(HeadTrainings.job(linear, folder, rows, rows));

        assertThat(result.validationAccuracy()).isGreaterThan(0.9);
    }

    @Test
    void endsWhenNoEpochHasBeenBetterForAsLongAsItIsPatient() {
        List<TrainingEvent> events = new ArrayList<>();

        TrainingResult result =
                HeadTrainings.train(
                        HeadTrainings.job(HeadTrainings.config(500, 3, 1e-1), folder),
                        events::add,
                        () -> false);

        assertThat(result.steps()).isEqualTo((result.bestEpoch() + 3) * 5).isLessThan(2500);
        assertThat(events)
                .filteredOn(TrainingEvent.Epoch.class::isInstance)
                .extracting(event -> ((TrainingEvent.Epoch) event).best())
                .endsWith(true, false, false, false);
    }

    @Test
    void theLearningRateFallsAsACosine() {
        List<TrainingEvent> events = new ArrayList<>();

        HeadTrainings.train(
                HeadTrainings.job(HeadTrainings.config(2, 2, 1e-2), folder),
                events::add,
                () -> false);

        double[] rates =
                events.stream()
                        .mapMultiToDouble(
                                (event, sink) -> {
                                    if (event instanceof TrainingEvent.Step step) {
                                        sink.accept(step.learningRate());
                                    }
                                })
                        .toArray();
        assertThat(rates).hasSize(10).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(rates[0]).isEqualTo(1e-2);
        assertThat(rates[5]).isCloseTo(5e-3, within(1e-12));
    }

    @Test
    void aLossThatIsNoNumberEndsTheTrainingAndNamesStepAndRows() {
        HeadJob job = HeadTrainings.job(HeadTrainings.config(3, 3, 1e30), folder);

        assertThatThrownBy(() -> HeadTrainings.train(job))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> assertThat(e.code()).isEqualTo(ExitCode.INVALID_INPUT))
                .hasMessageMatching(
                        "(?s)the (loss|gradient's norm) of step \\d is (NaN|Infinity); its rows are"
                                + " row-\\d+, .*\n"
                                + "hint: lower the head's learning_rate \\(1.0E30\\).*");
    }

    @Test
    void aLabelBeyondTheHeadIsNamedBeforeAnythingIsEmbedded() {
        List<TrainingRow> rows = new ArrayList<>(Trainings.rows(40, 1));
        rows.set(7, new TrainingRow("row-7", "a", 3, rows.get(7).teacher()));
        HeadJob job =
                HeadTrainings.job(
                        HeadTrainings.config(1, 1, 1e-2), folder, rows, Trainings.rows(12, 2));

        assertThatThrownBy(() -> HeadTrainings.train(job))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        "training row row-7: label must be 0 to 2, got 3\n"
                                + "hint: the row's label is not in the list of labels");
        assertThat(job.embeddings()).doesNotExist();
    }

    @Test
    void aBaseWithoutTheEncodersWeightsNamesWhatIsMissing() throws IOException {
        Path base = Files.createDirectory(folder.resolve("base"));
        for (String file : List.of("config.json", "tokenizer.json")) {
            Files.copy(Trainings.base().resolve(file), base.resolve(file));
        }
        try (NDManager manager = Torch.newManager();
                Weights weights =
                        Weights.read(manager, Trainings.base().resolve("model.safetensors"))) {
            weights.remove("bert.embeddings.word_embeddings.weight");
            weights.write(base.resolve("model.safetensors"));
        }
        HeadJob fits = HeadTrainings.job(HeadTrainings.config(1, 1, 1e-2), folder);
        HeadJob job = with(fits, new Base("half", base), fits.maxLength(), fits.config());

        assertThatThrownBy(() -> HeadTrainings.train(job))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "model.safetensors: bert.embeddings.word_embeddings.weight is missing");
    }

    @Test
    void settingsThatTheBaseOrTheNetworkCannotMeetAreNamedTogether() {
        HeadJob fits = HeadTrainings.job(HeadTrainings.config(1, 1, 1e-2), folder);
        HeadConfig none = new HeadConfig(List.of(4, 0), 0, 1, 1, 1e-2, 8, 0);
        HeadJob job = with(fits, fits.base(), 65, none);

        assertThatThrownBy(() -> HeadTrainings.train(job))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("max_length must be <= 64 for the base bert, got 65")
                .hasMessageContaining("hidden_sizes must be >= 1, got [4, 0]");
    }

    @Test
    void aDivergenceThatOnlyEncodersKnowIsRefused() {
        HeadJob fits = HeadTrainings.job(HeadTrainings.config(1, 1, 1e-2), folder);
        TrainConfig.Kd reverse = new TrainConfig.Kd(TrainConfig.Loss.REVERSE_KL, 2, 0.5, 0.5, 0.1);
        TrainConfig t = fits.train();
        TrainConfig train =
                new TrainConfig(
                        t.numTrainEpochs(),
                        t.learningRate(),
                        t.headLearningRate(),
                        t.perDeviceTrainBatchSize(),
                        t.gradientAccumulationSteps(),
                        t.weightDecay(),
                        t.warmupRatio(),
                        t.lrSchedulerType(),
                        t.maxGradNorm(),
                        t.dropout(),
                        0,
                        t.precision(),
                        reverse,
                        t.saveSteps(),
                        t.seed(),
                        t.earlyStoppingPatience(),
                        t.device());
        HeadJob job =
                new HeadJob(
                        fits.config(),
                        train,
                        fits.maxLength(),
                        fits.labels(),
                        fits.base(),
                        fits.training(),
                        fits.validation(),
                        fits.embeddings(),
                        fits.work(),
                        fits.output());

        assertThatThrownBy(() -> HeadTrainings.train(job))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(
                        "kd.loss must be forward_kl for a student of kind head, got reverse_kl");
    }

    private static HeadJob with(HeadJob job, Base base, int maxLength, HeadConfig config) {
        return new HeadJob(
                config,
                job.train(),
                maxLength,
                job.labels(),
                base,
                job.training(),
                job.validation(),
                job.embeddings(),
                job.work(),
                job.output());
    }
}
