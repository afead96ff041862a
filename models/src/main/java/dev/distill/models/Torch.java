package dev.distill.models;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The one door to libtorch: it starts the engine with the settings that our programs need, makes
 * array managers, sets threads and seeds.
 *
 * <p>libtorch's settings and its random generator belong to the process; a process trains one
 * student at a time.
 *
 * <p>The generator's state cannot be taken out through DJL, so that exact resume rests on {@link
 * #seed}: whoever draws random numbers reseeds before each step from (seed, step).
 */
public final class Torch {
    private static final String ENGINE = "PyTorch";
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

    static {
        // DJL reports usage over the network unless it is told not to.
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    private Torch() {}

    /** The version of libtorch in use; starts the engine. */
    public static String version() {
        return Engine.getEngine(ENGINE).getVersion();
    }

    /** A new manager of arrays in the processor's memory; whoever asks closes it. */
    public static NDManager newManager() {
        return NDManager.newBaseManager(Device.cpu(), ENGINE);
    }

    /** A new collector of gradients; one at a time in the whole process. */
    public static GradientCollector newGradientCollector() {
        return Engine.getEngine(ENGINE).newGradientCollector();
    }

    /** Seeds the generator behind dropout and random initial values. */
    public static void seed(long seed) {
        Engine.getEngine(ENGINE);
        JniUtils.setSeed(seed);
    }

    /** How many threads one operator may use. */
    public static int threads() {
        Engine.getEngine(ENGINE);
        return JniUtils.getNumThreads();
    }

    /** Sets how many threads one operator may use, at least 1. */
    public static void threads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be >= 1, got " + threads);
        }
        Engine.getEngine(ENGINE);
        JniUtils.setNumThreads(threads);
    }

    /**
     * The precision in which this processor multiplies matrices fastest: bfloat16 where it has
     * instructions for it, else float32.
     */
    public static Precision fastestPrecision() {
        return Files.isReadable(PROCESSOR) && hasBfloat16() ? Precision.BF16 : Precision.FP32;
    }

    private static boolean hasBfloat16() {
        try (Stream<String> lines = Files.lines(PROCESSOR)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(flags -> flags.contains("amx_bf16") || flags.contains("avx512_bf16"))
                    .orElse(false);
        } catch (IOException _) {
            return false; // the slower precision is always right
        }
    }
}
