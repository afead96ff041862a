package dev.distill.models;

import dev.distill.files.Digest;
import dev.distill.files.WholeFolder;
import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * The digest of a package: of one line for each file, sorted by name, with the file's digest and
 * its name, as {@code sha256sum} prints them.
 */
public final class PackageDigest {
    private PackageDigest() {}

    /** The digest of all regular files below a folder. */
    public static Digest of(Path folder) {
        return Digest.of(
                WholeFolder.files(folder).stream()
                        .map(name -> Digest.ofFile(folder.resolve(name)).hex() + "  " + name + "\n")
                        .collect(Collectors.joining()));
    }
}
