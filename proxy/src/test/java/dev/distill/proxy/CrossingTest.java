package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.proxy.LiveProxy.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request loses on its way to another dialect. */
@Tag("it")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CrossingTest {
    private static final String MESSAGES = "/v1/messages";
    private static final String USER = "{'role':'user','content':'hi'}";
    private static final String PREFILL = "{'role':'assistant','content':'It is'}";

    private final ScriptedUpstream upstream =
            ScriptedUpstream.of(
                    r ->
                            (r.path().endsWith("/messages") ? Speech.ANTHROPIC : Speech.OPENAI_CHAT)
                                    .answer(Say.text("hi"), r));
    private LiveProxy proxy;

    @BeforeAll
    void start(@TempDir Path folder) {
        proxy =
                LiveProxy.start(
                        folder,
                        """
                        providers:
                          openai: { kind: openai, base_url: "%1$s/v1", api_key: env:PRIMARY_KEY }
                          claude: { kind: anthropic, base_url: "%1$s", api_key: env:PRIMARY_KEY }
                        routes:
                          openai: [ { provider: openai, model: m } ]
                          claude: [ { provider: claude, model: c } ]
                          both: [ { provider: openai, model: m }, { provider: claude, model: c } ]
                        """
                                .formatted(upstream.at("")));
    }

    @AfterAll
    void stop() {
        proxy.close();
        upstream.close();
    }

    @Test
    void namesTheHintsThatItLeavesOut() {
        String marked =
                "{'role':'user','content':[{'type':'text','text':'hi','cache_control':{'type':'ephemeral'}}]}";
        String thought =
                "{'role':'assistant','content':[{'type':'thinking','thinking':'hm','signature':'abc'},{'type':'text','text':'yes'}]}";
        Answer answer =
                ask(
                        MESSAGES,
                        "openai",
                        USER + "," + thought + "," + marked,
                        "anthropic-beta",
                        "prompt-caching-2024-07-31, claude-code-20250219");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-distill-left-out"))
                .isEqualTo("anthropic-beta, cache_control, thinking");
    }

    @Test
    void leavesNothingOutWithinADialect() {
        Answer answer =
                ask(MESSAGES, "claude", USER, "anthropic-beta", "brand-new-thing-2027-01-01");
        assertThat(answer.header("x-distill-left-out")).isEmpty();
        assertThat(upstream.requests().getLast().header("anthropic-beta"))
                .isEqualTo("brand-new-thing-2027-01-01");
    }

    @Test
    void saysOfAnAnswerFromTheFirstTargetThatCanWhatItLeftOut() {
        Answer answer = ask(MESSAGES, "both", USER, "anthropic-beta", "brand-new-thing-2027-01-01");
        assertThat(answer.header("x-distill-provider")).isEqualTo("claude");
        assertThat(answer.header("x-distill-left-out")).isEmpty();
    }

    @Test
    void refusesBetasThatMayChangeAnAnswer() {
        Answer refused =
                ask(MESSAGES, "openai", USER, "anthropic-beta", "brand-new-thing-2027-01-01");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("/error/message"))
                .isEqualTo(
                        "this model is not Anthropic's and has no beta brand-new-thing-2027-01-01");
    }

    @ParameterizedTest
    @CsvSource({"/v1/messages,openai", "/v1/chat/completions,claude"})
    void refusesToHaveAnAnswerContinuedByAModelThatBeginsAnother(String path, String route) {
        Answer refused = ask(path, route, USER + "," + PREFILL);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("/error/message"))
                .isEqualTo(
                        "messages[1] is the assistant's, and must be the user's or a tool's:"
                                + " this model cannot go on with an answer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/messages,claude", "/v1/chat/completions,openai"})
    void leavesAnAnswerThatIsToBeContinuedToItsOwnDialect(String pathAndRoute) {
        String[] parts = pathAndRoute.split(",", -1);
        assertThat(ask(parts[0], parts[1], USER + "," + PREFILL).status()).isEqualTo(200);
    }

    private Answer ask(String path, String route, String messages, String... headers) {
        return proxy.post(
                path,
                js("{'model':%s,'max_tokens':50,'messages':[" + messages + "]}", route),
                headers);
    }
}
