package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.UserError;
import dev.distill.models.FolderRegistry.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderRegistryTest {
    @TempDir Path folder;
    private Path source;
    private FolderRegistry registry;

    @BeforeEach
    void makePackage() throws IOException {
        source = Files.createDirectories(folder.resolve("model"));
        Files.writeString(source.resolve("config.json"), "{}");
        Files.createDirectories(source.resolve("extra"));
        Files.writeString(source.resolve("extra/notes.txt"), "first");
        registry = new FolderRegistry(folder.resolve("registry"));
    }

    @Test
    void aPublishedPackageIsFoundByAliasAndByDigest() {
        Entry entry = registry.publish(source, "intents", "candidate");

        assertThat(registry.resolve("intents@candidate")).isEqualTo(entry.folder());
        assertThat(registry.resolve("intents@" + entry.digest())).isEqualTo(entry.folder());
        assertThat(entry.folder().resolve("extra/notes.txt")).hasContent("first");
        assertThat(entry.digest()).isEqualTo(PackageDigest.of(source));
    }

    @Test
    void theSameContentIsKeptOnce() {
        Entry first = registry.publish(source, "intents", "candidate");
        Entry again = registry.publish(source, "intents", "production");

        assertThat(again.folder()).isEqualTo(first.folder());
        assertThat(registry.list()).containsExactly(again);
        assertThat(again.aliases()).containsExactly("candidate", "production");
    }

    @Test
    void anAliasMovesToTheNewContentAndTheOldStays() throws IOException {
        Entry first = registry.publish(source, "intents", "candidate");
        Files.writeString(source.resolve("extra/notes.txt"), "second");
        Entry second = registry.publish(source, "intents", "candidate");

        assertThat(registry.resolve("intents@candidate")).isEqualTo(second.folder());
        assertThat(registry.resolve("intents@" + first.digest())).isEqualTo(first.folder());
        assertThat(registry.list())
                .extracting(Entry::aliases)
                .containsExactlyInAnyOrder(java.util.List.of(), java.util.List.of("candidate"));
    }

    @Test
    void theDigestDependsOnNamesAsWellAsContent() throws IOException {
        var before = PackageDigest.of(source);
        Files.move(source.resolve("extra/notes.txt"), source.resolve("extra/other.txt"));

        assertThat(PackageDigest.of(source)).isNotEqualTo(before);
    }

    @Test
    void aPackageWhoseFilesWereChangedIsRefused() throws IOException {
        Entry entry = registry.publish(source, "intents", "candidate");
        Files.writeString(entry.folder().resolve("config.json"), "{ }");

        assertThatThrownBy(() -> registry.resolve("intents@candidate"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("the package is damaged: its content has digest sha256:")
                .hasMessageContaining("hint: delete the folder and publish the package again");
    }

    @Test
    void anAliasOrASourceThatCannotBeReadIsNamed() throws IOException {
        registry.publish(source, "intents", "candidate");
        Path alias = folder.resolve("registry/intents/aliases/candidate");
        Files.write(alias, new byte[] {(byte) 0xff});
        Path absent = folder.resolve("absent");

        assertThatThrownBy(() -> registry.resolve("intents@candidate"))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(alias + ": cannot read: it is not UTF-8");
        assertThatThrownBy(() -> registry.publish(absent, "intents", "candidate"))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(absent + ": cannot read: no such file");
    }

    @Test
    void nothingTemporaryIsLeftOrListed() throws IOException {
        registry.publish(source, "intents", "candidate");
        Path leftover = folder.resolve("registry/intents/.sha256-half");
        Files.createDirectories(leftover);

        assertThat(registry.list()).hasSize(1);
        try (var children = Files.list(folder.resolve("registry/intents"))) {
            assertThat(children.filter(c -> c.getFileName().toString().startsWith(".")))
                    .containsExactly(leftover);
        }
    }

    @Test
    void anEmptyRegistryListsNothing() {
        assertThat(registry.list()).isEmpty();
    }

    @Test
    void anUnknownAliasIsAUserErrorThatNamesTheKnownOnes() {
        registry.publish(source, "intents", "candidate");

        assertThatThrownBy(() -> registry.resolve("intents@production"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("there is no package intents@production")
                .hasMessageContaining("hint: aliases of intents: [candidate]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"intents", "../up@x", "intents@../x", "intents@sha256:12", "@x"})
    void aReferenceThatIsNoneIsAUserError(String reference) {
        assertThatThrownBy(() -> registry.resolve(reference))
                .isInstanceOf(UserError.class)
                .hasMessageMatching(
                        "(?s).*(is not a package reference|must be letters|not a digest).*");
    }

    @Test
    void namesThatWouldLeaveTheRegistryAreRefused() {
        assertThatThrownBy(() -> registry.publish(source, "..", "candidate"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("package name '..' must be letters");
        assertThatThrownBy(() -> registry.publish(source, "intents", "a/b"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("alias 'a/b' must be letters");
    }
}
