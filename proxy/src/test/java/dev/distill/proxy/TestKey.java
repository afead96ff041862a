package dev.distill.proxy;

import dev.distill.files.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A virtual key and its file. */
final class TestKey {
    static final String SECRET = "sk-distill-" + "k".repeat(43);

    /** The name of the file in a proxy file beside it. */
    static final String FILE = "keys.yaml";

    private TestKey() {}

    /** Writes a file that has this key alone, by the name {@code crowd}. */
    static void write(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve(FILE),
                    "keys: [ { name: crowd, team: search, user: ann, admin: true, hash: \"%s\" } ]"
                            .formatted(Digest.of(SECRET)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
