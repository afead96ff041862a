package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgramTest {
    private NDManager manager;
    private Program sums;

    @BeforeEach
    void load() {
        manager = Torch.newManager();
        sums = Program.load(manager, ProgramTest.class, "sums.py", "Sums");
    }

    @AfterEach
    void close() {
        sums.close();
        manager.close();
    }

    @Test
    void weightsArriveByNameAndNumbersAsTensors() {
        NDArray weight = manager.create(new float[] {1, 2, 3});

        float sum =
                sums.call("weighted")
                        .weights(Map.of("layer.0.weight", weight))
                        .tensor(manager.create(new float[] {1, 10, 100}))
                        .number(manager, 2.0)
                        .run(manager)
                        .singletonOrThrow()
                        .getFloat();

        assertThat(sum).isEqualTo(642f);
    }

    @Test
    void listsArriveAsListsAndMayBeChangedInPlace() {
        NDArray first = manager.create(new float[] {1});
        NDArray second = manager.create(new float[] {2});

        sums.call("add")
                .tensors("p", List.of(first, second))
                .tensors("q", List.of(manager.create(10f), manager.create(20f)))
                .run(manager);

        assertThat(first.getFloat()).isEqualTo(11f);
        assertThat(second.getFloat()).isEqualTo(22f);
    }

    @Test
    void gradientsFlowWhenTheCallIsRecorded() {
        NDArray weight = manager.create(new float[] {1, 2});
        weight.setRequiresGradient(true);

        try (GradientCollector collector = Torch.newGradientCollector()) {
            NDArray sum =
                    sums.call("weighted")
                            .weights(Map.of("layer.0.weight", weight))
                            .tensor(manager.create(new float[] {5, 7}))
                            .number(manager, 3.0)
                            .record(manager)
                            .singletonOrThrow();
            collector.backward(sum);
        }

        assertThat(weight.getGradient().toFloatArray()).containsExactly(15f, 21f);
    }

    @Test
    void theSameSeedGivesTheSameDropout() {
        NDArray ones = manager.ones(new ai.djl.ndarray.types.Shape(64));

        Torch.seed(42);
        float[] first = sums.call("noise").tensor(ones).run(manager).get(0).toFloatArray();
        float[] other = sums.call("noise").tensor(ones).run(manager).get(0).toFloatArray();
        Torch.seed(42);
        float[] again = sums.call("noise").tensor(ones).run(manager).get(0).toFloatArray();

        assertThat(again).containsExactly(first).isNotEqualTo(other);
    }

    @Test
    void resultsBelongToTheManagerThatIsGiven() {
        NDManager step = manager.newSubManager();
        NDArray result = sums.call("noise").tensor(manager.create(1f)).run(step).singletonOrThrow();

        step.close();

        assertThat(result.isReleased()).isTrue();
    }

    @Test
    void aMissingResourceIsNamed() {
        assertThatThrownBy(() -> Program.load(manager, ProgramTest.class, "none.py", "None"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no resource none.py beside dev.distill.models.ProgramTest");
    }
}
