package dev.distill.models;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import ai.djl.util.Utils;
import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
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
    private static final Path NVIDIA_DRIVER = Path.of("/proc/driver/nvidia/version");
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

    static {
        // DJL reports usage over the network unless it is told not to.
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    /** Of the process, as its threads and its generator are. */
    private static volatile Device device = Device.cpu();

    /** Once is enough: a libtorch that is loaded stays. Steps of a training ask for the engine. */
    private static volatile boolean checked;

    private Torch() {}

    /** The one way to the engine: a libtorch that would end the process is not loaded. */
    private static Engine engine() {
        checkVersion();
        try {
            return Engine.getEngine(ENGINE);
        } catch (EngineException | LinkageError e) {
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.of("libtorch cannot be loaded: " + cause(e))
                            .withHint(
                                    "docs/gpu.md says which libtorch it has to be; distill comes with one"),
                    e);
        }
    }

    private static void checkVersion() {
        if (!checked) {
            LibtorchVersion.check(name -> Utils.getEnvOrSystemProperty(name));
            checked = true;
        }
    }

    /** What is at the bottom of an error says most. */
    private static String cause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
    }

    /**
     * Chooses where new arrays live and are computed with; before it, that is the processor. A
     * libtorch of another version is refused here already, although it is loaded when it is needed.
     *
     * @param name {@code cpu}, {@code cuda:N}, or {@code auto} for the first GPU that libtorch sees
     *     and the processor where it sees none
     * @param written where the name comes from
     * @throws UserError when there is no such GPU for libtorch, or it cannot compute there
     */
    public static void use(String name, Location written) {
        checkVersion();
        device =
                switch (name) {
                    case "cpu" -> Device.cpu();
                    case "auto" ->
                            Files.exists(NVIDIA_DRIVER) && gpus() > 0
                                    ? usable(Device.gpu(0), written)
                                    : Device.cpu();
                    default -> usable(gpu(name, written), written);
                };
    }

    /** A GPU may be there and still refuse: another process has it, the driver is too old. */
    private static Device usable(Device gpu, Location written) {
        try (NDManager probe = NDManager.newBaseManager(gpu, ENGINE)) {
            probe.create(1f).add(1f).toFloatArray();
            return gpu;
        } catch (EngineException e) {
            throw UserError.invalid(
                    written,
                    "cuda:%d cannot compute: %s".formatted(gpu.getDeviceId(), cause(e)),
                    "docs/gpu.md says how to set up a GPU; device: cpu does without");
        }
    }

    private static Device gpu(String name, Location written) {
        int number = Integer.parseInt(name.substring("cuda:".length()));
        boolean cuda = engine().hasCapability(StandardCapabilities.CUDA);
        int gpus = gpus();
        if (number >= gpus) {
            String reason =
                    !cuda
                            ? "this libtorch is built for the processor alone"
                            : gpus == 0
                                    ? "libtorch sees no GPU"
                                    : "libtorch sees GPUs 0 to " + (gpus - 1);
            throw UserError.invalid(
                    written,
                    "train.device is %s, but %s".formatted(name, reason),
                    "docs/gpu.md says how to set up a GPU; device: auto takes the processor where there is none");
        }
        return Device.gpu(number);
    }

    private static int gpus() {
        Engine engine = engine();
        return engine.hasCapability(StandardCapabilities.CUDA) ? engine.getGpuCount() : 0;
    }

    /** Whether new arrays live on a GPU. */
    public static boolean onGpu() {
        return device.isGpu();
    }

    /** What computes: {@code cpu} or {@code cuda}. Results differ in their last bits. */
    public static String deviceKind() {
        return onGpu() ? "cuda" : "cpu";
    }

    /** The version of libtorch in use; starts the engine. */
    public static String version() {
        return engine().getVersion();
    }

    /** A new manager of arrays on the chosen device; whoever asks closes it. */
    public static NDManager newManager() {
        engine();
        return NDManager.newBaseManager(device, ENGINE);
    }

    /** A new collector of gradients; one at a time in the whole process. */
    public static GradientCollector newGradientCollector() {
        return engine().newGradientCollector();
    }

    /** Seeds the generator behind dropout and random initial values. */
    public static void seed(long seed) {
        engine();
        JniUtils.setSeed(seed);
    }

    /** How many threads one operator may use. */
    public static int threads() {
        engine();
        return JniUtils.getNumThreads();
    }

    /** Sets how many threads one operator may use, at least 1. */
    public static void threads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be >= 1, got " + threads);
        }
        engine();
        JniUtils.setNumThreads(threads);
    }

    /**
     * The precision in which this processor multiplies matrices fastest: bfloat16 where it has
     * instructions for it, else float32. On a GPU, of which we know no such thing, float32.
     */
    public static Precision fastestPrecision() {
        return !onGpu() && Files.isReadable(PROCESSOR) && hasBfloat16()
                ? Precision.BF16
                : Precision.FP32;
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
