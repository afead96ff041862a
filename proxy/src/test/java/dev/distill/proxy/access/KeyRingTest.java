package dev.distill.proxy.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.UserError;
import dev.distill.proxy.access.KeyFile.NewKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyRingTest {
    private static final LocalDate TODAY = LocalDate.parse("2026-06-10");

    @TempDir private Path folder;

    private Path file() {
        return folder.resolve("keys.yaml");
    }

    private String create(String name, Optional<LocalDate> expires, String... routes) {
        NewKey key =
                new NewKey(
                        name,
                        Optional.of("search"),
                        Optional.of("ann@example.com"),
                        List.of(routes),
                        false,
                        expires);
        return new KeyFile(file()).create(key, TODAY, new SecureRandom());
    }

    private KeyRing ring(String now) {
        return KeyRing.read(file(), InstantSource.fixed(Instant.parse(now)));
    }

    @Test
    void aKeyIsFoundByItsSecretAndTheSecretIsNowhere() throws IOException {
        String secret = create("ci", Optional.empty(), "triage");
        create("other", Optional.empty());

        assertThat(secret).matches("sk-distill-[A-Za-z0-9_-]{43}");
        assertThat(Files.readString(file()))
                .contains("sha256:")
                .doesNotContain(secret.substring(11));
        Principal principal = ring("2026-06-10T00:00:00Z").find(secret).orElseThrow();
        assertThat(principal)
                .isEqualTo(
                        new Principal(
                                "ci",
                                Optional.of("search"),
                                Optional.of("ann@example.com"),
                                Set.of("triage"),
                                false,
                                Optional.empty()));
        assertThat(principal.mayUse("triage")).isTrue();
        assertThat(principal.mayUse("teacher")).isFalse();
    }

    @Test
    void whatIsNoKeyFindsNobody() {
        String secret = create("ci", Optional.empty());
        KeyRing ring = ring("2026-06-10T00:00:00Z");

        for (String wrong :
                List.of(
                        "",
                        secret + "x",
                        secret.substring(0, secret.length() - 1) + "!",
                        secret.toUpperCase(java.util.Locale.ROOT),
                        "x".repeat(1 << 20))) {
            assertThat(ring.find(wrong)).isEmpty();
            assertThat(ring.refusal(wrong)).isEqualTo("the key is not known");
        }
    }

    @Test
    void aKeyExpiresAtTheEndOfItsLastDay() {
        String secret = create("ci", Optional.of(LocalDate.parse("2026-06-30")));

        assertThat(ring("2026-06-30T23:59:59Z").find(secret))
                .map(Principal::expires)
                .contains(Optional.of(Instant.parse("2026-07-01T00:00:00Z")));
        KeyRing later = ring("2026-07-01T00:00:00Z");
        assertThat(later.find(secret)).isEmpty();
        assertThat(later.refusal(secret)).isEqualTo("the key ci has expired");
    }

    @Test
    void aRevokedKeyStaysInTheFileAndIsRefused() {
        String secret = create("ci", Optional.empty());
        new KeyFile(file()).revoke("ci");

        KeyRing ring = ring("2026-06-10T00:00:00Z");
        assertThat(ring.find(secret)).isEmpty();
        assertThat(ring.refusal(secret)).isEqualTo("the key ci is revoked");
        assertThatThrownBy(() -> create("ci", Optional.empty()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("there is a key named ci already");
    }

    @Test
    void theNameOfAKeyIsTakenSeriously() {
        create("ci", Optional.empty());

        assertThatThrownBy(() -> new KeyFile(file()).revoke("cii"))
                .hasMessageContaining("there is no key named cii\nhint: did you mean ci?");
        for (String bad : List.of("", "each", "a b", "-x", "x".repeat(65))) {
            assertThatThrownBy(() -> create(bad, Optional.empty()))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("name must be 1 to 64 of");
        }
    }

    @Test
    void keysMadeAtTheSameTimeAreAllThere() {
        Set<String> secrets = java.util.concurrent.ConcurrentHashMap.newKeySet();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                String name = "key" + i;
                threads.execute(() -> secrets.add(create(name, Optional.empty())));
            }
        }

        KeyRing ring = ring("2026-06-10T00:00:00Z");
        Set<String> names = new HashSet<>();
        secrets.forEach(secret -> names.add(ring.find(secret).orElseThrow().key()));
        assertThat(names).hasSize(20);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "keys: [{ name: a, hash: sha256:1 }] | keys.yaml:1:25: keys[0].hash must be sha256: and 64 hexadecimal digits",
                "keys: [{ name: a, hash: H, teem: x }] | keys.yaml:1:98: unknown key keys[0].teem",
                "keys: [{ name: a, hash: H }, { name: a, hash: I }] | keys.yaml:1:7: keys has two keys named a",
                "keys: [{ name: a, hash: H }, { name: b, hash: H }] | keys.yaml:1:7: keys has the key of b twice"
            })
    void aBadFileIsNamedWithThePlace(String text, String message) throws IOException {
        Files.writeString(
                file(),
                text.replace("H", "sha256:" + "0".repeat(64))
                        .replace("I", "sha256:" + "1".repeat(64)));

        assertThatThrownBy(() -> ring("2026-06-10T00:00:00Z"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "authorization, Bearer abc, abc",
        "authorization, bearer  abc, abc",
        "x-api-key, abc, abc",
        "api-key, abc, abc",
        "x-goog-api-key, abc, abc",
        "authorization, Basic abc,",
        "cookie, abc,"
    })
    void theKeyIsReadFromTheHeaderOfAnyVendorsClient(String name, String value, String key) {
        Map<String, String> headers = Map.of(name, value);

        assertThat(KeyRing.presented(header -> Optional.ofNullable(headers.get(header))))
                .isEqualTo(Optional.ofNullable(key));
    }
}
