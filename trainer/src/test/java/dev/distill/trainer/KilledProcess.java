package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Another process that dies by SIGKILL in the middle of its work. */
public final class KilledProcess {
    private KilledProcess() {}

    /**
     * Runs a main class of this test's classpath until it says a line, and kills it.
     *
     * @param line after which it waits, or goes on with its work
     */
    public static void at(String line, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-Dai.djl.offline=true");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> said = new ArrayList<>();
        try (var lines = process.inputReader()) {
            assertThat(lines.lines().peek(said::add).filter(line::equals).findFirst())
                    .as(() -> String.join("\n", said))
                    .isPresent();
            process.destroyForcibly();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Says a line and then does nothing until the process is killed. */
    public static void await(String line) {
        System.out.println(line);
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
