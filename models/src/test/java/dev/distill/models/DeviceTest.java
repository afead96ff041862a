package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceTest {
    private static final Location JOB = Location.of(Path.of("job.yaml"));

    @TempDir private Path folder;

    @Test
    void gpuThatThisLibtorchCannotUseIsAnErrorAtItsKey() {
        assertThatThrownBy(() -> Torch.use("cuda:9", JOB))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("job.yaml: train.device is cuda:9, but ")
                .hasMessageContaining("docs/gpu.md says how to set up a GPU");
    }

    @Test
    void arraysAreInTheProcessorsMemoryWhereCpuIsAskedFor() {
        Torch.use("cpu", JOB);

        try (NDManager manager = Torch.newManager()) {
            assertThat(manager.create(1f).getDevice().isGpu()).isFalse();
        }
        assertThat(Torch.deviceKind()).isEqualTo("cpu");
    }

    @Test
    void libtorchOfPythonIsRefusedByItsVersion() throws IOException {
        Path lib = library("torch/lib");
        Files.writeString(
                folder.resolve("torch/version.py"),
                "from typing import Optional\n\n__version__ = '2.13.0+cu130'\ncuda = '13.0'\n");

        assertThatThrownBy(() -> check(Map.of("PYTORCH_LIBRARY_PATH", lib.toString())))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "PYTORCH_LIBRARY_PATH is %s, which is libtorch 2.13.0, but libtorch 2.7.1 is needed"
                                .formatted(lib));
    }

    @Test
    void libtorchOfTheRightVersionIsLoaded() throws IOException {
        Path lib = library("libtorch/lib");
        Files.writeString(folder.resolve("libtorch/build-version"), "2.7.1+cu128\n");

        assertThatCode(() -> check(Map.of("PYTORCH_LIBRARY_PATH", lib.toString())))
                .doesNotThrowAnyException();
    }

    @Test
    void aFolderWithoutLibtorchIsRefused() throws IOException {
        Files.writeString(folder.resolve("build-version"), "2.7.1+cu128\n");
        Path lib = Files.createDirectories(folder.resolve("lib"));

        assertThatThrownBy(() -> check(Map.of("PYTORCH_LIBRARY_PATH", lib.toString())))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "PYTORCH_LIBRARY_PATH is %s, in which there is no %s, but libtorch 2.7.1 is needed"
                                .formatted(lib, System.mapLibraryName("torch")));
    }

    @Test
    void libtorchOfUnknownVersionHasToBeVouchedFor() throws IOException {
        library(".");
        Map<String, String> unknown = Map.of("PYTORCH_LIBRARY_PATH", folder.toString());
        assertThatThrownBy(() -> check(unknown))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("say so: PYTORCH_VERSION=2.7.1");

        assertThatCode(
                        () ->
                                check(
                                        Map.of(
                                                "PYTORCH_LIBRARY_PATH",
                                                folder.toString(),
                                                "PYTORCH_VERSION",
                                                "2.7.1")))
                .doesNotThrowAnyException();
    }

    @Test
    void anotherVersionIsNotDownloaded() {
        assertThatThrownBy(() -> check(Map.of("PYTORCH_VERSION", "2.5.1")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("PYTORCH_VERSION is 2.5.1, but libtorch 2.7.1 is needed");
    }

    private Path library(String name) throws IOException {
        Path lib = Files.createDirectories(folder.resolve(name)).normalize();
        Files.createFile(lib.resolve(System.mapLibraryName("torch")));
        return lib;
    }

    private static void check(Map<String, String> settings) {
        LibtorchVersion.check(settings::get);
    }
}
