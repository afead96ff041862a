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
    private static final ObjectNode INPUTS = Json.object().put("code", 1);
    private static final Digest KEY = Stages.key("train", INPUTS);

    @TempDir private Path home;
    private StageStore store;

    @BeforeEach
    void open() {
        store = new StageStore(home);
    }

    @Test
    void whatIsComputedIsFoundAgainWithItsFacts() throws InterruptedException {
        StageOutput made = store.output(writing("weights"), INPUTS);
        StageOutput found = store.output(writing("never written"), INPUTS);

        assertThat(made.reused()).isFalse();
        assertThat(found.reused()).isTrue();
        assertThat(found.content()).isEqualTo(made.content());
        assertThat(found.facts().path("rows").asInt()).isEqualTo(3);
        assertThat(found.file("model/weights.bin")).hasContent("weights");
    }

    @Test
    void otherInputsAreAnotherOutput() throws InterruptedException {
        store.output(writing("weights"), INPUTS);

        StageOutput other = store.output(writing("others"), Json.object().put("seed", 8));

        assertThat(other.reused()).isFalse();
        assertThat(other.file("model/weights.bin")).hasContent("others");
    }

    @Test
    void anOutputThatWasChangedIsMadeAnewAndKeptBesideTheNewOne()
            throws InterruptedException, IOException {
        StageOutput first = store.output(writing("weights"), INPUTS);
        Path file = first.file("model/weights.bin");
        assertThat(file.toFile().setWritable(true)).isTrue();
        Files.writeString(file, "weightz");

        StageOutput second = store.output(writing("weights"), INPUTS);

        assertThat(second.reused()).isFalse();
        assertThat(second.content()).isEqualTo(first.content());
        assertThat(home.resolve("cache/train/" + KEY.hex() + ".aside-1/model/weights.bin"))
                .hasContent("weightz");
    }

    @Test
    void anOutputThatLostAFileIsMadeAnew() throws InterruptedException, IOException {
        Files.delete(store.output(writing("weights"), INPUTS).file("model/weights.bin"));

        assertThat(store.output(writing("weights"), INPUTS).reused()).isFalse();
    }

    @Test
    void aComputationThatFailsLeavesNoOutputAndKeepsItsScratch() {
        Stage failing =
                new TrainLike(
                        (output, scratch) -> {
                            AtomicFile.write(output.resolve("half"), "half");
                            AtomicFile.write(scratch.resolve("checkpoint"), "5");
                            throw new IllegalStateException("power cut");
                        });
        assertThatThrownBy(() -> store.output(failing, INPUTS)).hasMessage("power cut");

        assertThat(home.resolve("cache")).doesNotExist();
        assertThat(home.resolve("work/train/" + KEY.hex() + "/output")).doesNotExist();
        assertThat(home.resolve("work/train/" + KEY.hex() + "/scratch/checkpoint")).hasContent("5");
    }

    @Test
    void twoRunsNeverComputeTheSameOutputAtOnce() throws InterruptedException {
        AtomicReference<UserError> second = new AtomicReference<>();
        Stage nested =
                new TrainLike(
                        (output, scratch) -> {
                            try {
                                store.output(writing("other"), INPUTS);
                            } catch (UserError e) {
                                second.set(e);
                            }
                            AtomicFile.write(output.resolve("model/weights.bin"), "first");
                        });

        StageOutput made = store.output(nested, INPUTS);

        assertThat(made.file("model/weights.bin")).hasContent("first");
        assertThat(second.get())
                .hasMessageStartingWith("another run is computing the same train stage");
    }

    private static Stage writing(String weights) {
        return new TrainLike(
                (output, scratch) ->
                        AtomicFile.write(output.resolve("model/weights.bin"), weights));
    }

    /** What a stage writes. */
    @FunctionalInterface
    private interface Writing {
        void write(Path output, Path scratch) throws InterruptedException;
    }

    /** A stage named train that writes something. */
    private record TrainLike(Writing writing) implements Stage {
        @Override
        public String name() {
            return "train";
        }

        @Override
        public ObjectNode inputs() {
            return INPUTS;
        }

        @Override
        public ObjectNode run(Path output, Path scratch) throws InterruptedException {
            writing.write(output, scratch);
            return Json.object().put("rows", 3);
        }
    }
}
