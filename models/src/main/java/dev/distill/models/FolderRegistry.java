package dev.distill.models;

import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Digest;
import dev.distill.files.WholeFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A registry of packages in a folder. A package is kept once under its content's digest; an alias
 * is a small file that names a digest and is switched in one step.
 *
 * <pre>
 * root/NAME/sha256-HEX/...     a package, never changed
 * root/NAME/aliases/ALIAS      "sha256:HEX"
 * </pre>
 *
 * <p>Invariant: an alias names a package that is complete.
 *
 * <p>Thread-safe, also between processes.
 */
public final class FolderRegistry {
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final String FOLDER_PREFIX = "sha256-";
    private static final String DIGEST_PREFIX = "sha256:";
    private static final String ALIASES = "aliases";

    private final Path root;

    /** A registry in that folder, which is made by the first {@link #publish}. */
    public FolderRegistry(Path root) {
        this.root = root;
    }

    /**
     * A package in the registry.
     *
     * @param name what it is called
     * @param digest of its content
     * @param aliases those that name it now, sorted
     * @param folder where it is
     */
    public record Entry(String name, Digest digest, List<String> aliases, Path folder) {
        public Entry {
            aliases = List.copyOf(aliases);
        }
    }

    /**
     * Copies a package into the registry, unless the same content is there, and lets the alias name
     * it.
     *
     * @throws UserError when a name is not made of letters, digits, dots, dashes and underscores,
     *     or the registry cannot be written
     */
    public Entry publish(Path source, String name, String alias) {
        checkWord("package name", name);
        checkWord("alias", alias);
        Digest digest = PackageDigest.of(source);
        Path target = folder(name, digest);
        if (!Files.isDirectory(target)) {
            WholeFolder.make(
                    target,
                    temporary -> {
                        copy(source, temporary);
                        if (!PackageDigest.of(temporary).equals(digest)) {
                            throw new IOException(source + " changed while it was copied");
                        }
                    });
        }
        AtomicFile.write(root.resolve(name).resolve(ALIASES).resolve(alias), digest + "\n");
        return entry(name, digest);
    }

    /**
     * The folder of a package whose content is what its digest says.
     *
     * @param reference {@code NAME@ALIAS} or {@code NAME@sha256:HEX}
     * @throws UserError when there is no such package, or its files were changed
     */
    public Path resolve(String reference) {
        int at = reference.indexOf('@');
        if (at < 0) {
            throw UserError.invalid(
                    Location.of(root),
                    "'%s' is not a package reference".formatted(reference),
                    "write NAME@ALIAS or NAME@sha256:DIGEST");
        }
        String name = reference.substring(0, at);
        checkWord("package name", name);
        Digest digest = digest(name, reference.substring(at + 1));
        Path folder = folder(name, digest);
        if (!Files.isDirectory(folder)) {
            throw UserError.invalid(
                    Location.of(root), "there is no package %s@%s".formatted(name, digest));
        }
        Digest found = PackageDigest.of(folder);
        if (!found.equals(digest)) {
            throw UserError.invalid(
                    Location.of(folder),
                    "the package is damaged: its content has digest " + found,
                    "delete the folder and publish the package again");
        }
        return folder;
    }

    /** The entry of a package with the same content as {@code source}, when it is there already. */
    public Optional<Entry> find(Path source, String name) {
        Digest digest = PackageDigest.of(source);
        return Files.isDirectory(folder(name, digest))
                ? Optional.of(entry(name, digest))
                : Optional.empty();
    }

    /** All packages by name and digest. */
    public List<Entry> list() {
        List<Entry> entries = new ArrayList<>();
        for (String name : children(root)) {
            for (String child : children(root.resolve(name))) {
                if (child.startsWith(FOLDER_PREFIX)) {
                    entries.add(entry(name, new Digest(child.substring(FOLDER_PREFIX.length()))));
                }
            }
        }
        return List.copyOf(entries);
    }

    private Entry entry(String name, Digest digest) {
        List<String> aliases =
                children(root.resolve(name).resolve(ALIASES)).stream()
                        .filter(alias -> aliased(name, alias).equals(Optional.of(digest)))
                        .toList();
        return new Entry(name, digest, aliases, folder(name, digest));
    }

    private Digest digest(String name, String version) {
        if (version.startsWith(DIGEST_PREFIX)) {
            return parse(root, version);
        }
        checkWord("alias", version);
        return aliased(name, version)
                .orElseThrow(
                        () ->
                                UserError.invalid(
                                        Location.of(root),
                                        "there is no package %s@%s".formatted(name, version),
                                        "aliases of %s: %s"
                                                .formatted(
                                                        name,
                                                        children(
                                                                root.resolve(name)
                                                                        .resolve(ALIASES)))));
    }

    private Optional<Digest> aliased(String name, String alias) {
        Path file = root.resolve(name).resolve(ALIASES).resolve(alias);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse(file, Files.readString(file).strip()));
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }

    private static Digest parse(Path place, String text) {
        String hex = text.startsWith(DIGEST_PREFIX) ? text.substring(DIGEST_PREFIX.length()) : "";
        if (!hex.matches("[0-9a-f]{64}")) {
            throw UserError.invalid(Location.of(place), "'%s' is not a digest".formatted(text));
        }
        return new Digest(hex);
    }

    private Path folder(String name, Digest digest) {
        return root.resolve(name).resolve(FOLDER_PREFIX + digest.hex());
    }

    private void checkWord(String what, String word) {
        if (!WORD.matcher(word).matches()) {
            throw UserError.invalid(
                    Location.of(root),
                    "%s '%s' must be letters, digits, dots, dashes and underscores"
                            .formatted(what, word));
        }
    }

    private static void copy(Path source, Path target) throws IOException {
        for (String name : WholeFolder.files(source)) {
            Path file = source.resolve(name);
            AtomicFile.write(target.resolve(name), out -> Files.copy(file, out));
        }
    }

    /** The visible children of a folder, sorted; none when there is no such folder. */
    private static List<String> children(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(child -> child.getFileName().toString())
                    .filter(child -> !child.startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw AtomicFile.unreadable(folder, e);
        }
    }
}
