package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GradientsTest {
    @Test
    void theyAreHandedOutInOrderAndAreZeroForWhatIsNotUsed() {
        try (NDManager manager = Torch.newManager();
                Gradients gradients = new Gradients(manager);
                Program sums = Program.load(manager, GradientsTest.class, "sums.py", "Sums")) {
            NDArray used = manager.create(new float[] {1, 2});
            NDArray unused = manager.create(new float[] {3});
            used.setRequiresGradient(true);
            unused.setRequiresGradient(true);
            NDArray loss =
                    sums.call("weighted")
                            .weights(Map.of("layer.0.weight", used))
                            .tensor(manager.create(new float[] {5, 7}))
                            .number(manager, 3.0)
                            .record(manager)
                            .singletonOrThrow();

            NDList found = gradients.of(manager, loss, List.of(unused, used));

            assertThat(found.get(0).toFloatArray()).containsExactly(0f);
            assertThat(found.get(1).toFloatArray()).containsExactly(15f, 21f);
        }
    }
}
