package dev.distill.config;

import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A file of virtual keys, made by {@code distill keys}. */
@Doc("The virtual keys of a distill proxy.")
public record KeysConfig(@Doc("The keys.") @Default("[]") List<VirtualKey> keys) {
    public KeysConfig {
        Set<String> names = new HashSet<>();
        Set<String> hashes = new HashSet<>();
        for (VirtualKey key : keys) {
            if (!names.add(key.name())) {
                throw new IllegalArgumentException("has two keys named " + key.name());
            }
            if (!hashes.add(key.hash())) {
                throw new IllegalArgumentException("has the key of " + key.name() + " twice");
            }
        }
    }

    /** Somebody who may use the proxy. */
    public record VirtualKey(
            @Doc("Its name in budgets, limits and the ledger.") String name,
            @Doc("sha256: and the digest of its secret; the secret itself is nowhere.") String hash,
            @Doc("The team that it belongs to.") Optional<String> team,
            @Doc("The user that it belongs to.") Optional<String> user,
            @Doc("The routes it may use; without any, all.") @Default("[]") List<String> routes,
            @Doc("Whether it opens the endpoints of those who run the proxy.") @Default("false")
                    boolean admin,
            @Doc("The day it was made.") Optional<LocalDate> created,
            @Doc("The last day on which it can be used, in UTC.") Optional<LocalDate> expires,
            @Doc("Whether it is revoked.") @Default("false") boolean disabled) {
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
        private static final Pattern HASH = Pattern.compile("sha256:[0-9a-f]{64}");

        public VirtualKey {
            name("name", name);
            team.ifPresent(word -> name("team", word));
            user.ifPresent(word -> name("user", word));
            if (!HASH.matcher(hash).matches()) {
                throw new IllegalArgumentException(
                        "hash must be sha256: and 64 hexadecimal digits, got " + hash);
            }
        }

        private static void name(String key, String word) {
            if (!NAME.matcher(word).matches() || word.equals("each")) {
                throw new IllegalArgumentException(
                        "%s must be 1 to 64 of A-Z a-z 0-9 . _ @ - and not each, got %s"
                                .formatted(key, word));
            }
        }
    }
}
