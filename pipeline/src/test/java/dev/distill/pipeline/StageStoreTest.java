package dev.distill.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StageStoreTest {
    private static final Digest KEY = Digest.of("key");

    @TempDir private Path home;
    private StageStore store;

    @BeforeEach
    void open() {
        store = new StageStore(home);
    }

    @Test
    void whatIsComputedIsFoundAgainWithItsFacts() throws InterruptedException {
        assertThat(store.find("train", KEY)).isEmpty();
        StageOutput made = compute("weights");

        StageOutput found = store.find("train", KEY).orElseThrow();

        assertThat(made.reused()).isFalse();
        assertThat(found.reused()).isTrue();
        assertThat(found.content()).isEqualTo(made.content());
        assertThat(found.facts().path("rows").asInt()).isEqualTo(3);
        assertThat(found.file("model/weights.bin")).hasContent("weights");
        assertThat(store.find("train", Digest.of("other"))).isEmpty();
    }

    @Test
    void anOutputThatWasChangedIsNotUsedAndIsKeptBesideTheNewOne()
            throws InterruptedException, IOException {
        Path file = compute("weights").file("model/weights.bin");
        assertThat(file.toFile().setWritable(true)).isTrue();
        Files.writeString(file, "weightz");

        assertThat(store.find("train", KEY)).isEmpty();
        compute("weights");

        assertThat(store.find("train", KEY)).isPresent();
        assertThat(home.resolve("cache/train/" + KEY.hex() + ".aside-1/model/weights.bin"))
                .hasContent("weightz");
    }

    @Test
    void aFileMissingFromAnOutputMakesItUseless() throws InterruptedException, IOException {
        Files.delete(compute("weights").file("model/weights.bin"));

        assertThat(store.find("train", KEY)).isEmpty();
    }

    @Test
    void aComputationThatFailsLeavesNoOutputAndKeepsItsScratch() {
        assertThatThrownBy(
                        () ->
                                store.compute(
                                        "train",
                                        KEY,
                                        Json.object(),
                                        (output, scratch) -> {
                                            AtomicFile.write(output.resolve("half"), "half");
                                            AtomicFile.write(scratch.resolve("checkpoint"), "5");
                                            throw new IllegalStateException("power cut");
                                        }))
                .hasMessage("power cut");

        assertThat(store.find("train", KEY)).isEmpty();
        assertThat(home.resolve("cache")).doesNotExist();
        assertThat(home.resolve("work/train/" + KEY.hex() + "/scratch/checkpoint")).hasContent("5");
    }

    @Test
    void twoRunsNeverComputeTheSameOutputAtOnce() throws InterruptedException {
        AtomicReference<UserError> second = new AtomicReference<>();
        store.compute(
                "train",
                KEY,
                Json.object(),
                (output, scratch) -> {
                    try {
                        compute("other");
                    } catch (UserError e) {
                        second.set(e);
                    }
                    return Json.object();
                });

        assertThat(second.get())
                .hasMessageStartingWith("another run is computing the same train stage");
    }

    private StageOutput compute(String weights) throws InterruptedException {
        ObjectNode facts = Json.object().put("rows", 3);
        return store.compute(
                "train",
                KEY,
                Json.object().put("code", 1),
                (output, scratch) -> {
                    AtomicFile.write(output.resolve("model/weights.bin"), weights);
                    return facts;
                });
    }
}
