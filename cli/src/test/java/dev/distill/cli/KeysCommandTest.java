package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.ExitCode;
import dev.distill.files.Json;
import dev.distill.proxy.access.KeyRing;
import dev.distill.proxy.access.Principal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysCommandTest {
    @TempDir private Path folder;

    private JobFixture.Outcome keys(String... arguments) {
        List<String> all = new ArrayList<>(List.of("keys"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--file", file().toString()));
        return JobFixture.distill(all.toArray(String[]::new));
    }

    private Path file() {
        return folder.resolve("keys.yaml");
    }

    private Optional<Principal> find(String secret) {
        return KeyRing.read(file(), InstantSource.system()).find(secret);
    }

    @Test
    void aKeyIsPrintedOnceAndOpensTheProxy() throws IOException {
        JobFixture.Outcome made =
                keys("create", "--name", "ci", "--team", "search", "--routes", "a,b");

        assertThat(made.code()).as(made.err()).isZero();
        assertThat(made.err()).contains("shown only now");
        String secret = made.out().strip();
        assertThat(find(secret))
                .hasValueSatisfying(
                        principal -> {
                            assertThat(principal.key()).isEqualTo("ci");
                            assertThat(principal.team()).contains("search");
                            assertThat(principal.routes()).containsExactlyInAnyOrder("a", "b");
                        });
        assertThat(Files.readString(file())).doesNotContain(secret);
        assertThat(keys("list").out()).contains("ci").doesNotContain(secret);
    }

    @Test
    void programsGetJson() throws JsonProcessingException {
        JsonNode made =
                Json.parse(
                        keys("create", "--name", "ci", "--expires", "2020-01-31", "--json").out());
        keys("create", "--name", "other", "--user", "ann");

        assertThat(made.path("name").asText()).isEqualTo("ci");
        assertThat(find(made.path("key").asText())).isEmpty();
        JsonNode list = Json.parse(keys("list", "--json").out());
        assertThat(list).hasSize(2);
        assertThat(list.get(0).path("state").asText()).isEqualTo("expired");
        assertThat(list.get(0).path("expires").asText()).isEqualTo("2020-01-31");
        assertThat(list.get(1).path("state").asText()).isEqualTo("active");
        assertThat(list.get(1).path("user").asText()).isEqualTo("ann");
    }

    @Test
    void aRevokedKeyIsOutOfUse() {
        String secret = keys("create", "--name", "ci").out().strip();

        assertThat(keys("revoke", "ci").out().strip()).isEqualTo("revoked ci");

        assertThat(find(secret)).isEmpty();
        assertThat(keys("list").out()).containsPattern("ci +revoked");
    }

    @Test
    void mistakesAreNamed() {
        keys("create", "--name", "ci");

        JobFixture.Outcome taken = keys("create", "--name", "ci");
        assertThat(taken.code()).isEqualTo(ExitCode.INVALID_INPUT.code());
        assertThat(taken.err())
                .contains("keys.yaml: there is a key named ci already")
                .contains("hint:");
        JobFixture.Outcome nobody = keys("revoke", "c");
        assertThat(nobody.code()).isEqualTo(ExitCode.INVALID_INPUT.code());
        assertThat(nobody.err()).contains("there is no key named c").contains("did you mean ci?");
        assertThat(keys("create", "--name", "each").code()).isEqualTo(ExitCode.USAGE.code());
        assertThat(keys("create", "--name", "x", "--expires", "soon").code())
                .isEqualTo(ExitCode.USAGE.code());
        assertThat(keys("create").code()).isEqualTo(ExitCode.USAGE.code());
        JobFixture.Outcome nothing = JobFixture.distill("keys");
        assertThat(nothing.code()).isEqualTo(ExitCode.USAGE.code());
        assertThat(nothing.err()).contains("one of create, list and revoke is missing");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThat(keys("list").err()).contains("keys.yaml: there is no such file");
        assertThat(keys("revoke", "ci").err()).contains("there is no key named ci");
        assertThat(file()).doesNotExist();
    }
}
