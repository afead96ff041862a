package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("it")
class RehearseCommandTest {
    @Test
    void everyRequestOfTheRehearsalIsAnswered() {
        JobFixture.Outcome outcome = JobFixture.distill("rehearse");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).isEqualTo("rehearsed\n");
    }
}
