package dev.distill.models.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.WholeFolder;
import dev.distill.models.Bases;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("it")
class HubTest {
    private static final String MAIN = "hf://org/tiny";

    @TempDir private Path cache;
    private FakeHub server;
    private final List<Duration> slept = new ArrayList<>();
    private boolean stop;

    @BeforeEach
    void start() throws IOException {
        server = new FakeHub();
        for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            server.file(name, golden(name));
        }
    }

    @AfterEach
    void end() {
        server.close();
    }

    @Test
    void whatAStudentNeedsIsFetchedAndIsABase() {
        server.file("README.md", "---\nlicense: mit\n---\n")
                .file("tokenizer_config.json", "{}")
                .file("pytorch_model.bin", "the same weights")
                .file("onnx/model.onnx", "the same weights")
                .file("consolidated.safetensors", "the same weights");

        Path folder = fetch(MAIN);

        assertThat(folder).isEqualTo(cache.resolve("org--tiny").resolve(FakeHub.COMMIT));
        assertThat(WholeFolder.files(folder))
                .containsExactly(
                        "README.md",
                        "config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json");
        var base = new Bases(cache).resolve(folder.toString());
        assertThat(base.licence()).isEqualTo("mit");
        assertThat(base.config().size().layers()).isPositive();
    }

    @Test
    void weightsInPartsComeWithTheirIndex() throws IOException {
        server.close();
        server =
                new FakeHub()
                        .file("config.json", "{}")
                        .file("model.safetensors.index.json", "{}")
                        .file("model-00001-of-00002.safetensors", "one")
                        .file("model-00002-of-00002.safetensors", "two");

        assertThat(WholeFolder.files(fetch(MAIN)))
                .containsExactly(
                        "config.json",
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model.safetensors.index.json");
    }

    @Test
    void theTokenGoesToTheHubAndNotToWhereItRedirects() {
        hub(Optional.of("secret")).fetch(reference(MAIN));

        assertThat(server.requests())
                .contains(
                        "hub /org/tiny/resolve/%s/model.safetensors Bearer secret"
                                .formatted(FakeHub.COMMIT),
                        "store /model.safetensors")
                .noneMatch(request -> request.startsWith("store") && request.contains("secret"));
    }

    @Test
    void aFileThatBrokeOffGoesOnWhereItEnded() throws IOException {
        byte[] large = new byte[300_000];
        large[200_000] = 1;
        server.file("model.safetensors", large).cutsOnceAfter(100_000);

        Path folder = fetch(MAIN);

        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(large);
        assertThat(server.requests()).contains("store /model.safetensors bytes=100000-");
        assertThat(slept).containsExactly(Duration.ofSeconds(1));
    }

    @Test
    void aServerThatFallsSilentIsAskedForTheRest() throws IOException {
        byte[] large = new byte[300_000];
        large[250_000] = 1;
        server.file("model.safetensors", large).stallsAfter(100_000, 2);

        Path folder = impatient().fetch(reference(MAIN));

        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(large);
        assertThat(server.requests())
                .contains(
                        "store /model.safetensors",
                        "store /model.safetensors bytes=100000-",
                        "store /model.safetensors bytes=200000-");
    }

    @Test
    void aServerThatAlwaysFallsSilentIsNamedWithTheFileAndWhatIsKept() {
        server.file("model.safetensors", new byte[300_000]).stallsAfter(1000, 5);

        assertThatThrownBy(() -> impatient().fetch(reference(MAIN)))
                .asInstanceOf(InstanceOfAssertFactories.type(UserError.class))
                .returns(ExitCode.REMOTE_FAILED, UserError::code)
                .extracting(UserError::getMessage, InstanceOfAssertFactories.STRING)
                .contains(
                        "but breaks off: nothing more for 500 ms; 5,000 of 300,000 bytes of"
                                + " model.safetensors have come and are kept",
                        "hint: run again to go on where it ended");

        impatient().fetch(reference(MAIN));
        assertThat(server.requests()).contains("store /model.safetensors bytes=5000-");
    }

    @Test
    void aServerThatGivesSomethingEachTimeIsAskedAsOftenAsItTakes() {
        int piece = 1 << 20;
        server.file("model.safetensors", new byte[7 * piece]).stallsAfter(piece, 6);

        Path folder = impatient().fetch(reference(MAIN));

        assertThat(folder.resolve("model.safetensors")).hasSize(7L * piece);
        assertThat(server.requests())
                .contains("store /model.safetensors bytes=%d-".formatted(6 * piece));
    }

    @Test
    void aRunThatWasStoppedGoesOnWhereItEnded() {
        server.file("model.safetensors", new byte[300_000]);
        stop = true;
        assertThatThrownBy(() -> fetch(MAIN))
                .asInstanceOf(InstanceOfAssertFactories.type(UserError.class))
                .returns(ExitCode.INTERRUPTED, UserError::code);
        assertThat(hub(Optional.empty()).find(reference(MAIN))).isEmpty();

        stop = false;

        assertThat(fetch(MAIN).resolve("model.safetensors")).hasBinaryContent(new byte[300_000]);
    }

    @Test
    void whatPassesIsTriedAgainAsTheHubAsks() {
        server.statuses(503, 429);

        assertThat(fetch(MAIN)).isDirectory();
        assertThat(slept).containsExactly(Duration.ofSeconds(3), Duration.ofSeconds(3));
    }

    @Test
    void whatIsHereIsFoundWithoutANetwork() {
        Path fetched = fetch(MAIN);
        server.close();

        assertThat(fetch(MAIN)).isEqualTo(fetched);
        assertThat(fetch(MAIN + "@" + FakeHub.COMMIT)).isEqualTo(fetched);
        assertThat(hub(Optional.empty()).find(reference(MAIN))).contains(fetched);
    }

    @Test
    void aCommitThatIsHereIsNotAskedFor() {
        fetch(MAIN + "@" + FakeHub.COMMIT);
        int asked = server.requests().size();

        fetch(MAIN + "@" + FakeHub.COMMIT);

        assertThat(server.requests()).hasSize(asked);
    }

    @Test
    void withoutANetworkNothingCanBeFetched() {
        server.close();

        refused(
                MAIN,
                ExitCode.REMOTE_FAILED,
                "is needed for hf://org/tiny@main, but cannot be reached");
    }

    @Test
    void aHubThatStaysBrokenIsGivenUp() {
        server.statuses(500, 500, 500, 500, 500);

        refused(MAIN, ExitCode.REMOTE_FAILED, "hf://org/tiny@main, but answers with status 500");
        assertThat(slept).hasSize(4);
    }

    @Test
    void aRepositoryThatIsNotForStrangersNamesTheToken() {
        server.statuses(401);

        refused(MAIN, ExitCode.CREDENTIALS, "set HF_TOKEN to a token that may read it");
    }

    @Test
    void aRevisionThatIsNotThereIsNamed() {
        refused(MAIN + "@v9", ExitCode.INVALID_INPUT, "org/tiny has no revision v9");
    }

    @Test
    void aRepositoryThatIsNotThereIsNamed() {
        refused(
                "hf://org/other@v1",
                ExitCode.INVALID_INPUT,
                "job.yaml: there is no repository org/other with revision v1 on http://127.0.0.1");
    }

    @Test
    void aRepositoryWithoutSafetensorsIsRefused() throws IOException {
        server.close();
        server = new FakeHub().file("config.json", "{}").file("pytorch_model.bin", "weights");

        refused(MAIN, ExitCode.INVALID_INPUT, "hf://org/tiny@main has no model.safetensors");
    }

    @Test
    void damagedWeightsAreNotKept() {
        server.damages("model.safetensors");
        refused(
                MAIN,
                ExitCode.REMOTE_FAILED,
                "model.safetensors of hf://org/tiny@main came damaged: its SHA-256 is another one");

        server.damages("");

        assertThat(fetch(MAIN)).isDirectory();
    }

    @Test
    void aNameThatIsNoneIsExplained() {
        for (String name : List.of("hf://tiny", "hf://org/../x", "hf://org/tiny@", "hf://a/b/c")) {
            refused(name, ExitCode.INVALID_INPUT, "write hf://org/name@revision");
        }
    }

    private void refused(String name, ExitCode code, String message) {
        assertThatThrownBy(() -> fetch(name))
                .hasMessageContaining(message)
                .asInstanceOf(InstanceOfAssertFactories.type(UserError.class))
                .returns(code, UserError::code);
    }

    /** Waits for nothing longer than a moment. */
    private Hub impatient() {
        return new Hub(
                cache,
                server.settings(Optional.empty()),
                slept::add,
                () -> false,
                Duration.ofMillis(500));
    }

    private Path fetch(String name) {
        return hub(Optional.empty()).fetch(reference(name));
    }

    private Hub hub(Optional<String> token) {
        return new Hub(cache, server.settings(token), slept::add, () -> stop);
    }

    private static HubReference reference(String name) {
        return HubReference.parse(name, Location.of(Path.of("job.yaml")));
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = HubTest.class.getResourceAsStream("/golden/bert/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
