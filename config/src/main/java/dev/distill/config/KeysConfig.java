package dev.distill.config;

import java.time.LocalDate;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A file of virtual keys, made by {@code distill keys}. */
@Doc("The virtual keys of a distill proxy.")
public record KeysConfig(@Doc("The keys.") @Default("[]") List<VirtualKey> keys) {
    public KeysConfig {
        Set<String> names = new HashSet<>();
        Set<String> hashes = new HashSet<>();
        Map<String, String> wrong = new LinkedHashMap<>();
        for (VirtualKey key : keys) {
            if (!names.add(key.name())) {
                wrong.merge("keys", "has two keys named " + key.name(), KeysConfig::both);
            }
            if (!hashes.add(key.hash())) {
                wrong.merge("keys", "has the key of " + key.name() + " twice", KeysConfig::both);
            }
        }
        WrongParts.throwIfAny(wrong);
    }

    private static String both(String one, String other) {
        return one + ", and " + other;
    }

    /** Somebody who may use the proxy. */
    public record VirtualKey(
            @Doc("Its name in budgets, limits and the ledger.") String name,
            @Doc("sha256: and the digest of its secret; the secret itself is nowhere.")
                    @Confidential
                    String hash,
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
            Map<String, String> wrong = new LinkedHashMap<>();
            name("name", name, wrong);
            team.ifPresent(word -> name("team", word, wrong));
            user.ifPresent(word -> name("user", word, wrong));
            if (!HASH.matcher(hash).matches()) {
                wrong.put(
                        "hash",
                        "must be sha256: and 64 hexadecimal digits, as distill keys writes it");
            }
            WrongParts.throwIfAny(wrong);
        }

        private static void name(String key, String word, Map<String, String> wrong) {
            if (!NAME.matcher(word).matches() || word.equals("each")) {
                wrong.put(key, "must be 1 to 64 of A-Z a-z 0-9 . _ @ - and not each, got " + word);
            }
        }
    }
}
