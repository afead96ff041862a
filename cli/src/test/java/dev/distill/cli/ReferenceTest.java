package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReferenceTest {
    @Test
    void theReferenceInTheDocsIsTheCodesOwn() throws IOException {
        assertThat(Files.readString(Path.of("../docs/reference.md")))
                .as("run ./distill reference > docs/reference.md")
                .isEqualTo(Reference.markdown());
    }

    @Test
    void theReadmeNamesEveryCommand() throws IOException {
        String readme = Files.readString(Path.of("../README.md"));

        JobFixture.Outcome help = JobFixture.distill("--help");
        assertThat(help.code()).isZero();
        for (String command : new String[] {"run", "plan", "proxy", "keys", "doctor", "schema"}) {
            assertThat(readme).contains("`distill " + command);
            assertThat(help.out()).contains(command);
        }
    }
}
