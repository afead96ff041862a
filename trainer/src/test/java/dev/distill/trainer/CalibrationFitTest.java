package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.models.Calibration;
import dev.distill.models.Prediction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CalibrationFitTest {
    private static final List<String> LABELS = List.of("a", "b", "c", "d");

    /** Texts whose labels are drawn from the softmax of their scores over a true temperature. */
    private static final class World {
        final List<Prediction> said = new ArrayList<>();
        final List<float[]> scores = new ArrayList<>();
        final int[] labels;

        World(int rows, double temperature, long seed) {
            Random random = new Random(seed);
            Calibration truth = new Calibration(temperature, 0, 0, 0, 0, 0);
            labels = new int[rows];
            for (int i = 0; i < rows; i++) {
                float[] z = new float[LABELS.size()];
                for (int k = 0; k < z.length; k++) {
                    z[k] = (float) (3 * random.nextGaussian());
                }
                double[] p = truth.probabilities(z, 0, z.length);
                double draw = random.nextDouble();
                for (double sum = p[0]; draw > sum && labels[i] < p.length - 1; ) {
                    sum += p[++labels[i]];
                }
                scores.add(z);
                said.add(Calibration.NONE.prediction(LABELS, z, 0, 1, false));
            }
        }

        double nll(double temperature) {
            Calibration at = new Calibration(temperature, 0, 0, 0, 0, 0);
            return IntStream.range(0, labels.length)
                    .mapToDouble(i -> -Math.log(at.probabilities(scores.get(i), 0, 4)[labels[i]]))
                    .average()
                    .orElseThrow();
        }
    }

    @Test
    void findsTheTemperatureThatTheLabelsWereDrawnAt() {
        for (double truth : new double[] {0.5, 1, 2.5}) {
            World world = new World(20_000, truth, 3);

            assertThat(CalibrationFit.of(world.said, world.labels).temperature())
                    .isCloseTo(truth, within(0.05 * truth));
        }
    }

    @Test
    void noTemperatureBesideItMakesTheLabelsMoreLikely() {
        World world = new World(4_000, 1.7, 4);
        Calibration fitted = CalibrationFit.of(world.said, world.labels);

        assertThat(fitted.nllAfter()).isCloseTo(world.nll(fitted.temperature()), within(1e-6));
        assertThat(fitted.nllBefore()).isCloseTo(world.nll(1), within(1e-6));
        assertThat(fitted.nllAfter()).isLessThan(fitted.nllBefore());
        assertThat(world.nll(fitted.temperature() * 0.9)).isGreaterThan(fitted.nllAfter());
        assertThat(world.nll(fitted.temperature() * 1.1)).isGreaterThan(fitted.nllAfter());
    }

    @Test
    void theCalibrationErrorOfRowsThatItWasNotFittedOnShrinks() {
        World validation = new World(1_000, 3, 5);
        World heldOut = new World(5_000, 3, 6);
        Calibration fitted = CalibrationFit.of(validation.said, validation.labels);
        List<Prediction> calibrated =
                heldOut.scores.stream()
                        .map(z -> fitted.prediction(LABELS, z, 0, 1, false))
                        .toList();

        double before = CalibrationFit.of(heldOut.said, heldOut.labels).eceBefore();
        double after = CalibrationFit.of(calibrated, heldOut.labels).eceBefore();
        assertThat(before).isGreaterThan(0.15);
        assertThat(after).isLessThan(0.03);
    }

    @Test
    void computesTheErrorByHand() {
        Prediction sure = new Prediction("a", List.of(0.8, 0.2), 1, false);
        Prediction unsure = new Prediction("a", List.of(0.6, 0.4), 1, false);
        Calibration fitted = CalibrationFit.of(List.of(sure, sure, unsure), new int[] {0, 1, 0});

        // Bins of a fifteenth: 0.8 is in the 12th with half right, 0.6 in the 9th with all right.
        assertThat(fitted.eceBefore()).isCloseTo((2 * 0.3 + 0.4) / 3, within(1e-9));
        assertThat(fitted.nllBefore())
                .isCloseTo(-(Math.log(0.8) + Math.log(0.2) + Math.log(0.6)) / 3, within(1e-9));
        assertThat(fitted.rows()).isEqualTo(3);
    }

    @Test
    void aStudentThatHasAFewRowsRightIsNotMadeCertain() {
        Prediction right = new Prediction("a", List.of(0.7, 0.3), 1, false);
        Calibration fitted = CalibrationFit.of(List.of(right, right, right), new int[] {0, 0, 0});
        float[] scores = {(float) Math.log(0.7), (float) Math.log(0.3)};

        // Platt's target for three of three: 4 / 5.
        assertThat(fitted.probabilities(scores, 0, 2)[0]).isCloseTo(0.8, within(1e-6));
    }

    @Test
    void survivesProbabilitiesOfZero() {
        Prediction certain = new Prediction("a", List.of(1.0, 0.0), 1, false);
        Calibration fitted = CalibrationFit.of(List.of(certain, certain), new int[] {0, 1});

        assertThat(fitted.temperature()).isBetween(1.0, 100.0);
        assertThat(
                        Arrays.stream(
                                new double[] {
                                    fitted.nllBefore(), fitted.nllAfter(), fitted.eceAfter()
                                }))
                .allMatch(Double::isFinite);
    }

    @Test
    void aSingleLabelKeepsItsProbability() {
        Prediction only = new Prediction("a", List.of(1.0), 1, false);

        assertThat(CalibrationFit.of(List.of(only), new int[] {0}).nllAfter()).isZero();
    }
}
