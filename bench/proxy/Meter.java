import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a process of this machine uses, from /proc. */
record Meter(String pid) {
    /** The kernel's USER_HZ, which is 100 on every Linux that runs Java. */
    private static final long MILLIS_A_TICK = 10;

    private static final int USER_TICKS = 11; // fields of /proc/PID/stat after the name in brackets
    private static final int SYSTEM_TICKS = 12;
    private static final int IDLE = 4; // fields of the first line of /proc/stat
    private static final int IO_WAIT = 5;
    private static final int STEAL = 8;

    /** Processor time, user and system, since the process started. */
    long cpuMillis() {
        String stat = read("stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return MILLIS_A_TICK
                * (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]));
    }

    /** Processor time of the whole machine that was not idle, since it started. */
    static long machineMillis() {
        String[] fields = read(Path.of("/proc/stat")).lines().findFirst().orElseThrow().split(" +");
        long ticks = 0;
        for (int i = 1; i <= STEAL; i++) {
            if (i != IDLE && i != IO_WAIT) {
                ticks += Long.parseLong(fields[i]);
            }
        }
        return MILLIS_A_TICK * ticks;
    }

    /** Memory in RAM now. */
    long rssMib() {
        return statusKib("VmRSS:") / 1024;
    }

    /** The most memory in RAM so far. */
    long mostRssMib() {
        return statusKib("VmHWM:") / 1024;
    }

    private long statusKib(String name) {
        return read("status")
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }

    private String read(String file) {
        return read(Path.of("/proc", pid, file));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
