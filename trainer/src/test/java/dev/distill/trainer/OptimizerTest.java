package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OptimizerTest {
    private static final String BODY = "bert.layer.weight";
    private static final String BIAS = "bert.layer.bias";
    private static final String NORM = "bert.LayerNorm.weight";
    private static final String HEAD = "classifier.weight";

    private final NDManager manager = Torch.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Tag("golden")
    @Test
    void twoStepsGiveWhatTheFormulaOfAdamWGives() {
        try (Weights weights = weights();
                Optimizer optimizer =
                        new Optimizer(
                                manager, weights, Trainings.config().maxGradNorm(1e9).build())) {
            double p = 1;
            double m = 0;
            double v = 0;
            double[] gradients = {0.3, -0.2};
            for (int step = 1; step <= 2; step++) {
                double g = gradients[step - 1];
                optimizer.step(manager, all((float) g), step, 0.5);

                double rate = 0.5 * 1e-2;
                p -= rate * 0.1 * p;
                m = 0.9 * m + 0.1 * g;
                v = 0.999 * v + 0.001 * g * g;
                p -=
                        rate
                                * (m / (1 - Math.pow(0.9, step)))
                                / (Math.sqrt(v / (1 - Math.pow(0.999, step))) + 1e-8);
            }

            assertThat(value(weights, BODY)).isCloseTo(p, within(1e-6));
        }
    }

    @Test
    void biasesAndNormsDoNotDecayAndTheHeadHasItsOwnRate() {
        try (Weights weights = weights();
                Optimizer optimizer = new Optimizer(manager, weights, Trainings.config().build())) {
            optimizer.step(manager, all(0), 1, 1);

            assertThat(value(weights, BODY)).isCloseTo(1 - 1e-2 * 0.1, within(1e-7));
            assertThat(value(weights, HEAD)).isCloseTo(1 - 1e-1 * 0.1, within(1e-7));
            assertThat(value(weights, BIAS)).isEqualTo(1);
            assertThat(value(weights, NORM)).isEqualTo(1);
        }
    }

    @Test
    void theGlobalNormIsThatOfAllGradientsTogetherAndLimitsThem() {
        try (Weights weights = weights();
                Weights clipped = weights();
                Optimizer whole =
                        new Optimizer(
                                manager, weights, Trainings.config().maxGradNorm(1e9).build());
                Optimizer limited =
                        new Optimizer(
                                manager, clipped, Trainings.config().maxGradNorm(1).build())) {
            double norm = limited.step(manager, all(3), 1, 1);
            whole.step(manager, all((float) (3 * 1 / (6 + 1e-6))), 1, 1);

            assertThat(norm).isCloseTo(6, within(1e-6)); // four weights of gradient 3
            assertThat(value(clipped, BODY)).isCloseTo(value(weights, BODY), within(1e-6));
            assertThat(moment(limited)).isCloseTo(moment(whole), within(1e-7));
        }
    }

    @Test
    void aGradientThatIsNotFiniteChangesNothing() {
        try (Weights weights = weights();
                Optimizer optimizer = new Optimizer(manager, weights, Trainings.config().build())) {
            double norm = optimizer.step(manager, all(Float.POSITIVE_INFINITY), 1, 1);

            assertThat(norm).isInfinite();
            assertThat(value(weights, BODY)).isEqualTo(1);
            assertThat(moment(optimizer)).isEqualTo(0);
        }
    }

    @Test
    void gradientsOfSeveralBatchesAreAdded() {
        try (Weights weights = weights();
                Optimizer optimizer = new Optimizer(manager, weights, Trainings.config().build())) {
            List<NDArray> sum = all(1);
            optimizer.add(manager, sum, all(2));

            assertThat(sum).allSatisfy(g -> assertThat(g.getFloat()).isEqualTo(3));
        }
    }

    private double moment(Optimizer optimizer) {
        Path file = folder.resolve("moments.safetensors");
        optimizer.write(file);
        try (Weights moments = Weights.read(manager, file)) {
            return value(moments, "exp_avg." + BODY);
        }
    }

    @TempDir private Path folder;

    private Weights weights() {
        Weights weights = new Weights(manager);
        for (String name : List.of(BODY, BIAS, HEAD, NORM)) {
            weights.put(name, manager.create(new float[] {1}));
        }
        weights.requireGradients();
        return weights;
    }

    private List<NDArray> all(float gradient) {
        return List.of(one(gradient), one(gradient), one(gradient), one(gradient));
    }

    private NDArray one(float value) {
        return manager.create(new float[] {value});
    }

    private static double value(Weights weights, String name) {
        return weights.get(name).getFloat(0);
    }
}
