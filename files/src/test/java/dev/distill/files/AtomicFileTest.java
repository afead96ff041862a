package dev.distill.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.ExitCode;
import dev.distill.config.UserError;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir private Path folder;

    @Test
    void theFolderIsMadeAndNothingButTheFileStays() {
        Path target = folder.resolve("a/b/file");

        AtomicFile.write(target, "old");
        AtomicFile.write(target, "nué");

        assertThat(target).hasContent("nué");
        assertThat(WholeFolder.files(folder)).containsExactly("a/b/file");
    }

    @Test
    void aWriterThatFailsLeavesTheOldFile() {
        Path target = folder.resolve("file");
        AtomicFile.write(target, "old");

        assertThatThrownBy(
                        () ->
                                AtomicFile.write(
                                        target,
                                        out -> {
                                            out.write('n');
                                            throw new IOException("No space left on device");
                                        }))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        target
                                + ": cannot write: No space left on device\n"
                                + "hint: free some disk space and run again;"
                                + " what was finished is kept");
        assertThat(target).hasContent("old");
        assertThat(WholeFolder.files(folder)).containsExactly("file");
    }

    @Test
    @Timeout(60)
    void twoWritersOfOneTargetAtOnceLeaveOneWholeFile() throws Exception {
        Path target = folder.resolve("file");
        CyclicBarrier bothHaveWrittenHalf = new CyclicBarrier(2);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<?>> writers =
                    List.of(
                            threads.submit(() -> write(target, "first", bothHaveWrittenHalf)),
                            threads.submit(() -> write(target, "second", bothHaveWrittenHalf)));
            for (Future<?> writer : writers) {
                writer.get();
            }
        }

        assertThat(Files.readString(target)).isIn("first first", "second second");
        assertThat(WholeFolder.files(folder)).containsExactly("file");
    }

    private static void write(Path target, String word, CyclicBarrier half) {
        AtomicFile.write(
                target,
                out -> {
                    out.write((word + " ").getBytes(StandardCharsets.UTF_8));
                    out.flush();
                    try {
                        half.await();
                    } catch (Exception e) {
                        throw new IOException("the other writer failed", e);
                    }
                    out.write(word.getBytes(StandardCharsets.UTF_8));
                });
    }

    @Test
    void aFailedReadSaysWhatIsWrongWithTheFile() {
        Path file = folder.resolve("file");

        assertThat(AtomicFile.unreadable(file, new NoSuchFileException("file")))
                .hasMessage(
                        file
                                + ": cannot read: no such file\n"
                                + "hint: check the path and its permissions")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ExitCode.INVALID_INPUT));
        assertThat(AtomicFile.unreadable(file, new AccessDeniedException("file")))
                .hasMessageContaining(": cannot read: permission denied");
        assertThat(AtomicFile.unreadable(file, new MalformedInputException(1)))
                .hasMessageContaining(": cannot read: it is not UTF-8");
        assertThat(AtomicFile.unreadable(file, new IOException("Input/output error")))
                .hasMessageContaining(": cannot read: Input/output error");
    }
}
