package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.config.ConfigFile;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.ProxyConfig;
import dev.distill.config.ProxyFile;
import dev.distill.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigWatchTest {
    @TempDir private Path folder;
    private final List<ProxyConfig> taken = new ArrayList<>();
    private Instant now = Instant.now();
    private Path file;
    private ConfigWatch watch;

    @BeforeEach
    void start() throws IOException {
        file = folder.resolve("proxy.yaml");
        write(8080, "");
        watch = new ConfigWatch(ProxyFile.read(file), this::take, () -> now);
    }

    @Test
    void aChangeIsTakenOverWhenItHasComeToRest() throws IOException {
        look(3);
        write(8081, "");
        look(1);
        assertThat(taken).isEmpty();
        look(1);
        assertThat(taken).extracting(ProxyConfig::listen).containsExactly("127.0.0.1:8081");
        look(5);
        assertThat(taken).hasSize(1);
        assertThat(watch.successes()).isEqualTo(1);
        assertThat(watch.since()).isAfter(now.minusSeconds(6));
    }

    @Test
    void aBadFileKeepsTheOldConfigurationUntilItIsMended() throws IOException {
        Files.writeString(file, "version: 1\nproviders: {}\nroutes: {}\nlisten_on: x\n");
        look(5);
        assertThat(taken).isEmpty();
        assertThat(watch.failures()).isEqualTo(1);
        assertThat(watch.successful()).isFalse();
        List<Problem> problems = watch.reload();
        assertThat(problems).hasSize(1);
        assertThat(problems.getFirst().location()).contains(new Location(file, 4, 1));
        assertThat(watch.json(problems).toString())
                .startsWith(
                        "{\"reloaded\":false,\"at_next_start\":[],\"problems\":[{\"message\":\"")
                .contains("\"location\":\"" + file + ":4:1\"", "\"hint\":");
        write(8082, "");
        look(2);
        assertThat(taken).hasSize(1);
        assertThat(watch.successful()).isTrue();
    }

    @Test
    void aPlanThatCannotWorkKeepsTheOldOneToo() throws IOException {
        write(1, "");
        look(2);
        assertThat(taken).isEmpty();
        assertThat(watch.reload()).extracting(Problem::message).containsExactly("port 1 is taken");
        assertThat(watch.failures()).isEqualTo(2);
    }

    @Test
    void anEditorThatReplacesTheFileIsNoticedAndAGapIsNot() throws IOException {
        Path other = folder.resolve("new.yaml");
        Files.move(file, folder.resolve("backup"));
        look(1);
        Files.writeString(other, yaml(8083, ""));
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
        look(2);
        assertThat(taken).extracting(ProxyConfig::listen).containsExactly("127.0.0.1:8083");
        assertThat(watch.failures()).isZero();
    }

    @Test
    void aChangeWithinTheSameTimeAndSizeIsNoticed() throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        write(8084, "");
        Files.setLastModifiedTime(file, time);
        look(2);
        assertThat(taken).hasSize(1);
    }

    @Test
    void theFilesThatItNamesAreWatchedToo() throws IOException {
        Path keys = folder.resolve("keys.json");
        write(8080, "keys: keys.json");
        look(2);
        assertThat(taken).hasSize(1);
        look(2);
        Files.writeString(keys, "{}");
        look(2);
        assertThat(taken).hasSize(2);
        Files.delete(keys);
        look(2);
        assertThat(taken).hasSize(3);
    }

    @Test
    void theSecretsThatItNamesAreWatchedToo() throws IOException {
        Path secret = folder.resolve("secret");
        Files.writeString(secret, "one");
        Files.writeString(
                file,
                """
                version: 1
                providers:
                  a: { kind: bedrock, region: r, access_key_id: file:id, session_token: file:secret }
                routes: {}
                """);
        look(2);
        assertThat(taken).hasSize(1);
        Files.writeString(secret, "two");
        look(2);
        assertThat(taken).hasSize(2);
        Files.writeString(folder.resolve("id"), "three");
        look(2);
        assertThat(taken).hasSize(3);
    }

    private List<String> take(ConfigFile<ProxyConfig> config) {
        if (config.value().listen().endsWith(":1")) {
            throw UserError.invalid(config.at("listen"), "port 1 is taken");
        }
        taken.add(config.value());
        return List.of();
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            now = now.plus(Duration.ofSeconds(1));
            watch.look();
        }
    }

    private void write(int port, String more) throws IOException {
        Files.writeString(file, yaml(port, more));
    }

    private static String yaml(int port, String more) {
        return "version: 1\nlisten: 127.0.0.1:%d\nproviders: {}\nroutes: {}\n%s\n"
                .formatted(port, more);
    }
}
