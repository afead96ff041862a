package dev.distill.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFolderTest {
    @TempDir private Path home;

    @Test
    void aFolderTakesItsNameWhenItIsFilled() {
        Path target = home.resolve("a/target");

        WholeFolder.make(
                target,
                unfinished -> {
                    assertThat(target).doesNotExist();
                    assertThat(unfinished)
                            .isEmptyDirectory()
                            .hasParent(target.getParent())
                            .asString()
                            .endsWith(WholeFolder.UNFINISHED);
                    AtomicFile.write(unfinished.resolve("sub/file"), "x");
                    AtomicFile.write(unfinished.resolve("file"), "x");
                });

        assertThat(WholeFolder.files(home)).containsExactly("a/target/file", "a/target/sub/file");
    }

    @Test
    void aFolderThatCannotBeFilledIsAbsentAndLeavesNothing() {
        Path target = home.resolve("target");

        assertThatThrownBy(
                        () ->
                                WholeFolder.make(
                                        target,
                                        unfinished -> {
                                            AtomicFile.write(unfinished.resolve("file"), "x");
                                            throw new IOException("the cable was pulled");
                                        }))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(target + ": cannot write: the cable was pulled");
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void whatSomebodyElseMadeMeanwhileStays() {
        Path target = home.resolve("target");

        WholeFolder.make(
                target,
                ours -> {
                    AtomicFile.write(ours.resolve("file"), "ours");
                    WholeFolder.make(
                            target, theirs -> AtomicFile.write(theirs.resolve("file"), "theirs"));
                });

        assertThat(target.resolve("file")).hasContent("theirs");
        assertThat(WholeFolder.files(home)).containsExactly("target/file");
    }

    @Test
    void aFileInTheWayIsNamed() throws IOException {
        Path target = Files.createFile(home.resolve("target"));

        assertThatThrownBy(() -> WholeFolder.make(target, _ -> {}))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(target + ": cannot write: ");
        assertThat(WholeFolder.files(home)).containsExactly("target");
    }

    @Test
    void deletingTakesAllBelowAndNothingBehindALink() throws IOException {
        Path kept = home.resolve("kept/file");
        AtomicFile.write(kept, "x");
        Path tree = home.resolve("tree");
        AtomicFile.write(tree.resolve("sub/file"), "x");
        Files.createSymbolicLink(tree.resolve("link"), kept.getParent());
        Files.createSymbolicLink(tree.resolve("dangling"), home.resolve("nowhere"));

        WholeFolder.delete(tree.resolve("dangling"));
        WholeFolder.delete(tree);
        WholeFolder.delete(tree); // absent by now

        assertThat(tree).doesNotExist();
        assertThat(kept).hasContent("x");
    }

    @Test
    void theFilesOfAnAbsentFolderCannotBeRead() {
        Path absent = home.resolve("absent");

        assertThatThrownBy(() -> WholeFolder.files(absent))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(absent + ": cannot read: no such file");
    }
}
