package dev.distill.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigestTest {
    /** FIPS 180-2, appendix B.1. */
    private static final String ABC =
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir private Path folder;

    @Test
    void aTextAndAFileOfTheSameBytesHaveTheSameDigest() throws IOException {
        Path file = Files.writeString(folder.resolve("abc"), "abc");

        assertThat(Digest.of("abc").hex()).isEqualTo(ABC);
        assertThat(Digest.ofFile(file)).isEqualTo(new Digest(ABC));
        assertThat(Digest.ofFile(file).brief()).isEqualTo("ba7816bf8f01");
        assertThat(Digest.ofFile(file)).hasToString("sha256:" + ABC);
    }

    @Test
    void aFileThatCannotBeReadIsTheUsersToMend() {
        Path absent = folder.resolve("absent");

        assertThatThrownBy(() -> Digest.ofFile(absent))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(absent + ": cannot read: no such file");
        assertThatThrownBy(() -> Digest.ofFile(folder))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(folder + ": cannot read: ");
    }

    @Test
    void whatIsNotADigestIsRefused() {
        assertThatThrownBy(() -> new Digest("abc"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a SHA-256 digest: abc");
    }
}
