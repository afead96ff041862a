package dev.distill.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.proxy.upstream.KeyPool.State;
import dev.distill.proxy.wire.Refusal.Kind;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class KeyPoolTest {
    private static final int DRAWS = 20_000;
    private static final Credential A = new Credential.Token("a", "secret-a");
    private static final Credential B = new Credential.Token("b", "secret-b");

    private long nanos = 17;
    private final KeyPool pool = pool(key(A, 1), key(B, 3));

    @Test
    void drawsKeysByWeight() {
        assertThat(shares().get("b")).isCloseTo(0.75, within(0.02));
    }

    @Test
    void givesAnotherKeyToARequestWhoseFirstOneFailed() {
        assertThat(pool.take(Set.of("b"))).contains(A);
        assertThat(pool.take(Set.of("a", "b"))).isEmpty();
    }

    @Test
    void aRateLimitedKeyCoolsForTheLongestTimeThatAnybodyAskedFor() {
        pool.failed(B, Kind.RATE_LIMITED, Optional.of(Duration.ofSeconds(30)));
        pool.failed(B, Kind.RATE_LIMITED, Optional.of(Duration.ofSeconds(3)));
        assertThat(pool.state("b")).isEqualTo(State.COOLING);
        assertThat(shares()).containsOnlyKeys("a");
        assertThat(pool.wait(Set.of("a"))).isEqualTo(Duration.ofSeconds(30));
        assertThat(pool.wait(Set.of())).isZero();
        pass(Duration.ofSeconds(30));
        assertThat(pool.state("b")).isEqualTo(State.FINE);
    }

    @Test
    void theOnlyKeyIsNotCooled() {
        KeyPool lone = pool(key(A, 1));
        lone.failed(A, Kind.RATE_LIMITED, Optional.of(Duration.ofSeconds(30)));
        assertThat(lone.take(Set.of())).contains(A);
    }

    @Test
    void aRefusedKeyIsDeadLongerEachTimeUntilItIsTaken() {
        for (int minutes : List.of(1, 2, 4, 8, 16, 32, 60, 60)) {
            pool.failed(A, Kind.CREDENTIALS, Optional.empty());
            assertThat(pool.state("a")).isEqualTo(State.DEAD);
            assertThat(pool.wait(Set.of("b"))).isEqualTo(Duration.ofMinutes(minutes));
            pass(Duration.ofMinutes(minutes));
        }
        pool.answered(A, 200, _ -> Optional.empty());
        pool.failed(A, Kind.CREDENTIALS, Optional.empty());
        assertThat(pool.wait(Set.of("b"))).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void aKeyWithoutMoneyIsDeadForAnHourUnlessTold() {
        pool.failed(A, Kind.QUOTA_EXHAUSTED, Optional.empty());
        assertThat(pool.wait(Set.of("b"))).isEqualTo(Duration.ofHours(1));
        pool.failed(B, Kind.QUOTA_EXHAUSTED, Optional.of(Duration.ofHours(9)));
        assertThat(pool.wait(Set.of("a"))).isEqualTo(Duration.ofHours(9));
        assertThat(pool.take(Set.of())).isEmpty();
    }

    @Test
    void whatIsNotTheKeysFaultLeavesItAlone() {
        for (Kind kind : List.of(Kind.TRANSIENT, Kind.CALLER_FAULT, Kind.MODEL_GONE)) {
            pool.failed(A, kind, Optional.of(Duration.ofHours(1)));
        }
        assertThat(pool.state("a")).isEqualTo(State.FINE);
    }

    @Test
    void prefersTheKeyWithMoreOfItsRateLimitLeftUntilItsReset() {
        Map<String, String> headers =
                Map.of(
                        "x-ratelimit-limit-requests", "100",
                        "x-ratelimit-remaining-requests", "0",
                        "x-ratelimit-reset-requests", "20s");
        pool.answered(B, 200, name -> Optional.ofNullable(headers.get(name)));
        assertThat(shares().get("a")).isGreaterThan(0.9);
        pass(Duration.ofSeconds(20));
        assertThat(shares().get("b")).isCloseTo(0.75, within(0.02));
    }

    @Test
    void spreadsByTheRequestsAndTokensPerMinuteThatKeysAreGoodFor() {
        KeyPool limited =
                pool(
                        new KeyPool.Key(A, 1, OptionalInt.of(60), OptionalInt.empty()),
                        new KeyPool.Key(B, 1, OptionalInt.empty(), OptionalInt.of(1000)));
        limited.used(B, 900);
        long a =
                IntStream.range(0, 50)
                        .filter(_ -> limited.take(Set.of()).orElseThrow().equals(A))
                        .count();
        assertThat(a).isGreaterThan(25);
        limited.used(B, 100_000);
        pass(Duration.ofHours(2));
        limited.used(B, 1);
        assertThat(limited.take(Set.of("a"))).contains(B);
    }

    @Test
    void aKeyWithAnotherSecretStartsAfreshAndTheOthersGoOn() {
        Credential other = new Credential.Token("b", "secret-c");
        pool.failed(A, Kind.QUOTA_EXHAUSTED, Optional.empty());
        pool.failed(B, Kind.CREDENTIALS, Optional.empty());
        assertThat(pool.renew(List.of(key(A, 1), key(B, 3)))).isFalse();
        assertThat(pool.take(Set.of())).isEmpty();
        assertThat(pool.renew(List.of(key(A, 1), key(other, 3)))).isTrue();
        assertThat(pool.state("a")).isEqualTo(State.EXHAUSTED);
        assertThat(pool.take(Set.of())).contains(other);
        // A call that began with the old one ends: what it learns is no news of the new one.
        pool.failed(B, Kind.CREDENTIALS, Optional.empty());
        pool.used(B, 5);
        assertThat(pool.state("b")).isEqualTo(State.FINE);
    }

    @Test
    void neverPrintsASecret() {
        assertThat(A).asString().isEqualTo("Token[a]");
        Credential aws = new Credential.Aws("x", "AKID", "shh", Optional.of("tok"));
        assertThat(aws).asString().isEqualTo("Aws[x]");
        assertThat(aws.redact("AKID shh tok")).isEqualTo("[key] [key] [key]");
    }

    private Map<String, Double> shares() {
        Map<String, Double> shares = new HashMap<>();
        for (int i = 0; i < DRAWS; i++) {
            shares.merge(pool.take(Set.of()).orElseThrow().name(), 1.0 / DRAWS, Double::sum);
        }
        return shares;
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    private KeyPool pool(KeyPool.Key... keys) {
        return new KeyPool(List.of(keys), () -> nanos, InstantSource.system(), new Random(5));
    }

    private static KeyPool.Key key(Credential credential, double weight) {
        return new KeyPool.Key(credential, weight, OptionalInt.empty(), OptionalInt.empty());
    }
}
