package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeMemoryTest {
    private static final long MIB = 1L << 20;

    @TempDir private Path folder;

    @Test
    void theMachineSaysWhatItHasLeft() throws IOException {
        machine(8000);

        assertThat(free().bytes()).hasValue(8000 * MIB);
    }

    @Test
    void aContainerAllowsLessButFilesThatWereReadCountForNothing() throws IOException {
        machine(8000);
        write("memory.max", 4000 * MIB + "\n");
        write("memory.current", 3000 * MIB + "\n");
        write("memory.stat", "anon 5\ninactive_file %d\nactive_file 7\n".formatted(500 * MIB));

        assertThat(free().bytes()).hasValue(1500 * MIB);

        write("memory.max", "max\n");
        assertThat(free().bytes()).hasValue(8000 * MIB);
    }

    @Test
    void aLimitOfTheProcessIsOneToo() throws IOException {
        machine(8000);
        limits("unlimited", "unlimited");
        write(
                "status",
                "Name:\tjava\nVmSize:\t%d kB\nVmData:\t%d kB\n".formatted(3000 << 10, 1000 << 10));
        assertThat(free().bytes()).hasValue(8000 * MIB);

        limits("unlimited", String.valueOf(1500 * MIB));
        assertThat(free().bytes()).hasValue(500 * MIB);

        limits(String.valueOf(2000 * MIB), "unlimited");
        assertThat(free().bytes()).hasValue(0);
    }

    @Test
    void aSystemThatTellsNothingIsNotGuessedAt() {
        assertThat(free().bytes()).isEmpty();
    }

    private void machine(int mib) throws IOException {
        write("meminfo", "MemTotal: 9 kB\nMemAvailable:   %d kB\n".formatted(mib << 10));
    }

    private void limits(String addressSpace, String data) throws IOException {
        write(
                "limits",
                """
                Limit                     Soft Limit           Hard Limit           Units
                Max data size             %s            unlimited            bytes
                Max address space         %s            unlimited            bytes
                """
                        .formatted(data, addressSpace));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private FreeMemory free() {
        return new FreeMemory(folder.resolve("meminfo"), folder, folder);
    }
}
