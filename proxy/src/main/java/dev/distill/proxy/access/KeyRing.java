package dev.distill.proxy.access;

import dev.distill.config.KeysConfig.VirtualKey;
import dev.distill.config.UserError;
import dev.distill.files.Digest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The virtual keys at a moment. Immutable: a changed file makes a new one.
 *
 * <p>A key is looked up by its digest. How long that takes says nothing about any secret, because
 * nobody can choose digests; the digest found is compared in constant time all the same.
 */
public final class KeyRing {
    private final Map<String, VirtualKey> keys;
    private final InstantSource clock;

    private KeyRing(Map<String, VirtualKey> keys, InstantSource clock) {
        this.keys = Map.copyOf(keys);
        this.clock = clock;
    }

    /**
     * The keys of a file.
     *
     * @throws UserError with every problem of the file at its place
     */
    public static KeyRing read(Path file, InstantSource clock) {
        return of(KeyFile.read(file), clock);
    }

    /** The keys themselves. */
    public static KeyRing of(List<VirtualKey> list, InstantSource clock) {
        Map<String, VirtualKey> keys = new HashMap<>();
        list.forEach(key -> keys.put(key.hash(), key));
        return new KeyRing(keys, clock);
    }

    /**
     * What a request presents as its key: {@code Authorization: Bearer}, {@code x-api-key}, {@code
     * api-key} or {@code x-goog-api-key}, in this order.
     *
     * @param header the value of a header by its name in lower case
     */
    public static Optional<String> presented(Function<String, Optional<String>> header) {
        return KeySecret.presented(header);
    }

    /** Whose key it is; empty unless it can be used now. */
    public Optional<Principal> find(String presentedKey) {
        return known(presentedKey).filter(this::usable).map(KeyRing::principal);
    }

    /** Why {@link #find} finds nobody, for the one who presented the key. */
    public String refusal(String presentedKey) {
        return known(presentedKey)
                .map(
                        key ->
                                key.disabled()
                                        ? "the key %s is revoked".formatted(key.name())
                                        : "the key %s has expired".formatted(key.name()))
                .orElse("the key is not known");
    }

    private Optional<VirtualKey> known(String presentedKey) {
        Optional<Digest> digest = KeySecret.digest(presentedKey);
        return digest.map(found -> keys.get(found.toString()))
                .filter(key -> same(key.hash(), digest.get().toString()));
    }

    private boolean usable(VirtualKey key) {
        return !key.disabled()
                && expiry(key).filter(end -> !clock.instant().isBefore(end)).isEmpty();
    }

    private static Principal principal(VirtualKey key) {
        return new Principal(
                key.name(),
                key.team(),
                key.user(),
                Set.copyOf(key.routes()),
                key.admin(),
                expiry(key));
    }

    /** The end of the last day. */
    private static Optional<Instant> expiry(VirtualKey key) {
        return key.expires().map(day -> day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    private static boolean same(String a, String b) {
        return MessageDigest.isEqual(
                a.getBytes(StandardCharsets.US_ASCII), b.getBytes(StandardCharsets.US_ASCII));
    }
}
