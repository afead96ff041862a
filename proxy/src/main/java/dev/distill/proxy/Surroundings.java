package dev.distill.proxy;

import dev.distill.proxy.upstream.Sleeper;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** Time and chance, which tests replace. */
record Surroundings(InstantSource clock, Sleeper sleeper, RandomGenerator random) {
    /** The real ones. */
    static Surroundings real() {
        return new Surroundings(
                InstantSource.system(), Thread::sleep, RandomGenerator.of("SecureRandom"));
    }
}
