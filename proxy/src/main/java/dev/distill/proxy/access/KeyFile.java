package dev.distill.proxy.access;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ConfigFile;
import dev.distill.config.ExitCode;
import dev.distill.config.KeysConfig;
import dev.distill.config.KeysConfig.VirtualKey;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.Suggestion;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * A file of virtual keys that is changed. Each change reads the file, and writes it whole, under a
 * lock on the file {@code .NAME.lock} beside it, so that changes at the same time all count. A
 * running proxy takes the new file up by itself.
 */
public final class KeyFile {
    /** A file lock belongs to the process; this one is between its threads. */
    private static final Object BETWEEN_THREADS = new Object();

    private static final String HEADER =
            """
            # Virtual keys, written by distill keys: comments do not survive.
            keys:
            """;

    private final Path file;

    public KeyFile(Path file) {
        this.file = file;
    }

    /**
     * What a key is made for.
     *
     * @param name of the key in budgets, limits and the ledger
     * @param routes that it may use; all when empty
     * @param admin whether it opens the endpoints of those who run the proxy
     * @param expires the last day on which it can be used, in UTC
     */
    public record NewKey(
            String name,
            Optional<String> team,
            Optional<String> user,
            List<String> routes,
            boolean admin,
            Optional<LocalDate> expires) {}

    /**
     * The keys of a file.
     *
     * @throws UserError with every problem of the file at its place
     */
    public static List<VirtualKey> read(Path file) {
        return ConfigFile.read(file, KeysConfig.class).value().keys();
    }

    /**
     * Adds a key; the file is made when there is none.
     *
     * @param random cryptographically strong
     * @return its secret, which is nowhere else
     * @throws UserError when the name is taken or is not one
     */
    public String create(NewKey wanted, LocalDate today, RandomGenerator random) {
        String secret = KeySecret.random(random);
        VirtualKey key = key(wanted, Digest.of(secret).toString(), today);
        change(
                keys -> {
                    if (keys.stream().anyMatch(other -> other.name().equals(key.name()))) {
                        throw UserError.invalid(
                                Location.of(file),
                                "there is a key named %s already".formatted(key.name()),
                                "names stay taken, also of revoked keys: the ledger has them");
                    }
                    return Stream.concat(keys.stream(), Stream.of(key)).toList();
                });
        return secret;
    }

    private static VirtualKey key(NewKey wanted, String hash, LocalDate today) {
        try {
            return new VirtualKey(
                    wanted.name(),
                    hash,
                    wanted.team(),
                    wanted.user(),
                    wanted.routes(),
                    wanted.admin(),
                    Optional.of(today),
                    wanted.expires(),
                    false);
        } catch (IllegalArgumentException e) {
            throw new UserError(
                    ExitCode.USAGE, Problem.of(Objects.requireNonNull(e.getMessage())), e);
        }
    }

    /**
     * Takes a key out of use for good; it stays in the file with its name.
     *
     * @throws UserError when there is no such key
     */
    public void revoke(String name) {
        change(
                keys -> {
                    List<String> names = keys.stream().map(VirtualKey::name).toList();
                    if (!names.contains(name)) {
                        throw UserError.invalid(
                                Location.of(file),
                                "there is no key named " + name,
                                Suggestion.hint(name, names));
                    }
                    return keys.stream()
                            .map(key -> key.name().equals(name) ? revoked(key) : key)
                            .toList();
                });
    }

    private static VirtualKey revoked(VirtualKey key) {
        return new VirtualKey(
                key.name(),
                key.hash(),
                key.team(),
                key.user(),
                key.routes(),
                key.admin(),
                key.created(),
                key.expires(),
                true);
    }

    private void change(UnaryOperator<List<VirtualKey>> change) {
        Path folder =
                Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a folder");
        Path lock = folder.resolve("." + file.getFileName() + ".lock");
        synchronized (BETWEEN_THREADS) {
            try {
                Files.createDirectories(folder);
                try (FileChannel channel =
                                FileChannel.open(
                                        lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        FileLock _ = channel.lock()) {
                    List<VirtualKey> before = Files.exists(file) ? read(file) : List.of();
                    AtomicFile.write(file, text(change.apply(before)));
                }
            } catch (IOException e) {
                throw AtomicFile.failure(lock, e);
            }
        }
    }

    /** JSON strings are YAML too. */
    private static String text(List<VirtualKey> keys) {
        StringBuilder out = new StringBuilder(HEADER);
        for (VirtualKey key : keys) {
            ObjectNode json = Json.object();
            json.put("name", key.name()).put("hash", key.hash());
            key.team().ifPresent(team -> json.put("team", team));
            key.user().ifPresent(user -> json.put("user", user));
            if (!key.routes().isEmpty()) {
                key.routes().forEach(json.putArray("routes")::add);
            }
            if (key.admin()) {
                json.put("admin", true);
            }
            key.created().ifPresent(day -> json.put("created", day.toString()));
            key.expires().ifPresent(day -> json.put("expires", day.toString()));
            if (key.disabled()) {
                json.put("disabled", true);
            }
            out.append("  - ").append(Json.line(json)).append('\n');
        }
        return out.toString();
    }
}
