package dev.distill.pipeline;

import com.sun.management.OperatingSystemMXBean;
import dev.distill.files.AtomicFile;
import dev.distill.models.Torch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The machine that a run happens on. */
public final class Machine {
    private static final long GIB = 1L << 30;
    private static final int LEAST_JAVA = 25;
    private static final double LEAST_MEMORY_GIB = 2;
    private static final double LEAST_DISK_GIB = 2;

    private Machine() {}

    /**
     * One thing that was looked at.
     *
     * @param finding what was found, and when it is not good what to do
     */
    public record Check(String name, boolean good, String finding) {}

    /** Looks at everything that a run needs. */
    public static List<Check> examine(Path home) {
        return List.of(
                java(), check("libtorch", Machine::libtorch), memory(), disk(home), state(home));
    }

    /** The machine in a few words, for a report. */
    public static String describe() {
        return "%s, %d cores, %.0f GiB memory%s"
                .formatted(
                        processor(),
                        Runtime.getRuntime().availableProcessors(),
                        memoryGib(),
                        Torch.onGpu() ? ", GPU" : "");
    }

    private static Check java() {
        int feature = Runtime.version().feature();
        return new Check(
                "java",
                feature >= LEAST_JAVA,
                Runtime.version() + (feature >= LEAST_JAVA ? "" : ", but 25 or newer is needed"));
    }

    /** The version of this build, from the jar's manifest. */
    public static String version() {
        String version = Machine.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private static String libtorch() {
        return "%s, %d threads, %s matrix products"
                .formatted(
                        Torch.version(),
                        Torch.threads(),
                        Torch.fastestPrecision().name().toLowerCase(Locale.ROOT));
    }

    private static Check memory() {
        double gib = memoryGib();
        return new Check(
                "memory",
                gib >= LEAST_MEMORY_GIB,
                String.format(Locale.ROOT, "%s, %.1f GiB", processor(), gib));
    }

    private static Check disk(Path home) {
        try {
            Path existing = home.toAbsolutePath();
            while (!Files.exists(existing) && existing.getParent() != null) {
                existing = existing.getParent();
            }
            double gib = Files.getFileStore(existing).getUsableSpace() / (double) GIB;
            return new Check(
                    "disk",
                    gib >= LEAST_DISK_GIB,
                    String.format(Locale.ROOT, "%.1f GiB free at %s", gib, existing));
        } catch (IOException e) {
            return new Check("disk", false, "cannot be looked at: " + e.getMessage());
        }
    }

    private static Check state(Path home) {
        return check(
                "state",
                () -> {
                    boolean absent = !Files.exists(home);
                    Path probe = home.resolve("doctor");
                    AtomicFile.write(probe, "");
                    probe.toFile().delete();
                    if (absent) {
                        home.toFile().delete();
                    }
                    return home + " can be written";
                });
    }

    private static Check check(String name, Supplier<String> finding) {
        try {
            return new Check(name, true, finding.get());
        } catch (RuntimeException | LinkageError e) {
            return new Check(name, false, String.valueOf(e.getMessage()));
        }
    }

    private static String processor() {
        return firstValue(Path.of("/proc/cpuinfo"), "model name")
                .orElse(System.getProperty("os.arch", "unknown processor"));
    }

    private static double memoryGib() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getTotalMemorySize() / (double) GIB;
    }

    private static Optional<String> firstValue(Path file, String key) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
