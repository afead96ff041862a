package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.models.Torch;
import org.junit.jupiter.api.Test;

class OutOfMemoryTest {
    @Test
    void libtorchsOwnComplaintIsUnderstoodAndOthersAreNotTakenForIt() {
        try (NDManager manager = Torch.newManager()) {
            Throwable tooLarge = catchThrowable(() -> manager.zeros(new Shape(1L << 52)));
            Throwable misfit =
                    catchThrowable(
                            () ->
                                    manager.zeros(new Shape(2, 3))
                                            .matMul(manager.zeros(new Shape(2, 3))));

            assertThat(OutOfMemory.is(tooLarge)).isTrue();
            assertThat(misfit).isNotNull();
            assertThat(OutOfMemory.is(misfit)).isFalse();
        }
    }

    @Test
    void aComplaintIsFoundWhereverItWasWrapped() {
        Exception cause = new IllegalStateException("DefaultCPUAllocator: can't allocate memory");

        assertThat(OutOfMemory.is(new IllegalStateException("a program failed", cause))).isTrue();
        assertThat(OutOfMemory.is(new IllegalStateException("a program failed"))).isFalse();
        assertThat(OutOfMemory.is(new OutOfMemoryError("Java heap space"))).isTrue();
        String program = "  return torch.linear(x)\n  ~~~~~ <--- HERE\nRuntimeError: %s\n";
        assertThat(OutOfMemory.complaint(failure(program, "could not create a primitive")))
                .contains("RuntimeError: could not create a primitive");
        assertThat(OutOfMemory.is(failure(program, "could not create a primitive descriptor")))
                .isFalse();
    }

    private static Exception failure(String program, String reason) {
        return new IllegalStateException(program.formatted(reason));
    }
}
