package dev.distill.trainer;

import dev.distill.models.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * How much memory this process may still take: the least of what the machine has left, what a
 * container's limit leaves (https://docs.kernel.org/admin-guide/cgroup-v2.html#memory), and what
 * {@code ulimit} leaves. Linux alone tells.
 */
public final class FreeMemory {
    private static final Path MACHINE = Path.of("/proc/meminfo");
    private static final Path CONTAINER = Path.of("/sys/fs/cgroup");
    private static final Path PROCESS = Path.of("/proc/self");
    private static final long KIB = 1024;

    private final Path machine;
    private final Path container;
    private final Path process;

    FreeMemory(Path machine, Path container, Path process) {
        this.machine = machine;
        this.container = container;
        this.process = process;
    }

    /** Bytes of the processor's memory; empty where nobody says, and for a student on a GPU. */
    public static OptionalLong now() {
        return Torch.onGpu()
                ? OptionalLong.empty()
                : new FreeMemory(MACHINE, CONTAINER, PROCESS).bytes();
    }

    OptionalLong bytes() {
        return Stream.of(
                        number(machine, "MemAvailable:").map(kib -> kib * KIB),
                        ofContainer(),
                        ofProcess("Max address space", "VmSize:"),
                        ofProcess("Max data size", "VmData:"))
                .flatMap(Optional::stream)
                .flatMapToLong(LongStream::of)
                .map(bytes -> Math.max(bytes, 0))
                .min();
    }

    /** Files that were read and are still in memory are given up when it is needed. */
    private Optional<Long> ofContainer() {
        Optional<Long> limit = number(container.resolve("memory.max"), "");
        Optional<Long> used = number(container.resolve("memory.current"), "");
        long files = number(container.resolve("memory.stat"), "inactive_file ").orElse(0L);
        return limit.flatMap(most -> used.map(now -> most - (now - files)));
    }

    private Optional<Long> ofProcess(String limit, String used) {
        Optional<Long> most = number(process.resolve("limits"), limit);
        Optional<Long> now = number(process.resolve("status"), used);
        return most.flatMap(bytes -> now.map(kib -> bytes - kib * KIB));
    }

    /** The number after the words that a line begins with; none where it says max or unlimited. */
    private static Optional<Long> number(Path file, String words) {
        try {
            List<String> lines = Files.isReadable(file) ? Files.readAllLines(file) : List.of();
            return lines.stream()
                    .filter(line -> line.startsWith(words))
                    .map(line -> line.substring(words.length()).strip().split("\\s+", 2)[0])
                    .filter(word -> word.matches("\\d{1,18}"))
                    .map(Long::valueOf)
                    .findFirst();
        } catch (IOException _) {
            return Optional.empty(); // a system that tells it in another way
        }
    }
}
