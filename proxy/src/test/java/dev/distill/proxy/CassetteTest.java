package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.proxy.LiveProxy.Answer;
import dev.distill.proxy.LiveProxy.Streamed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was recorded through the proxy, replayed by another one. */
@Tag("it")
final class CassetteTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String MESSAGES = "/v1/messages";

    @TempDir private Path folder;
    private final AtomicInteger asked = new AtomicInteger();
    private final ScriptedUpstream upstream =
            ScriptedUpstream.of(
                    request ->
                            (request.path().startsWith("/anthropic")
                                            ? Speech.ANTHROPIC
                                            : Speech.OPENAI_CHAT)
                                    .answer(
                                            Say.text("answer ", "" + asked.incrementAndGet()),
                                            request));

    @AfterEach
    void stop() {
        upstream.close();
    }

    @Test
    void eachRequestGetsItsOwnAnswerThoughTheLastMessageIsTheSame() {
        try (LiveProxy proxy = recording()) {
            assertThat(text(proxy.post(CHAT, chat("be brief", 0)))).isEqualTo("answer 1");
            assertThat(text(proxy.post(CHAT, chat("be long", 0)))).isEqualTo("answer 2");
            assertThat(text(proxy.post(CHAT, chat("be brief", 1)))).isEqualTo("answer 3");
        }
        try (LiveProxy proxy = replaying()) {
            assertThat(text(proxy.post(CHAT, chat("be brief", 1)))).isEqualTo("answer 3");
            assertThat(text(proxy.post(CHAT, chat("be long", 0)))).isEqualTo("answer 2");
            assertThat(text(proxy.post(CHAT, chat("be brief", 0)))).isEqualTo("answer 1");
            Answer unknown = proxy.post(CHAT, chat("be kind", 0));
            assertThat(unknown.status()).isEqualTo(400);
            assertThat(unknown.text("/error/code")).isEqualTo("recording_not_found");
            assertThat(unknown.text("/error/message"))
                    .isEqualTo(
                            "tape.jsonl has no answer to the user message: hi; line 1 has, but with"
                                    + " other messages before it or other parameters");
        }
        assertThat(asked).hasValue(3);
    }

    @Test
    void theSameRequestIsReplayedInOrderAndThenRepeatsTheLast() {
        try (LiveProxy proxy = recording()) {
            proxy.post(CHAT, chat("x", 0));
            proxy.stream(CHAT, chat("x", 0).put("stream", true));
        }
        try (LiveProxy proxy = replaying()) {
            assertThat(text(proxy.post(CHAT, chat("x", 0)))).isEqualTo("answer 1");
            assertThat(text(proxy.post(CHAT, chat("x", 0)))).isEqualTo("answer 2");
            Streamed again = proxy.stream(CHAT, chat("x", 0).put("stream", true));
            assertThat(again.content()).isEqualTo("answer 2");
            assertThat(again.done()).isTrue();
        }
    }

    @Test
    void anthropicsCallersGetWhatTheyRecordedWithItsTiming() throws IOException {
        try (LiveProxy proxy = recording()) {
            assertThat(proxy.post(MESSAGES, claude("be brief")).text("/content/0/text"))
                    .isEqualTo("answer 1");
            proxy.stream(MESSAGES, claude("be long").put("stream", true));
        }
        assertThat(Files.readAllLines(tape()).getLast()).contains("\"after_ms\"");
        try (LiveProxy proxy = replaying()) {
            String streamed = proxy.stream(MESSAGES, claude("be long").put("stream", true)).raw();
            assertThat(streamed).contains("event: message_stop", "\"2\"");
            assertThat(proxy.post(MESSAGES, claude("be brief")).text("/content/0/text"))
                    .isEqualTo("answer 1");
        }
    }

    private static ObjectNode chat(String system, int temperature) {
        return (ObjectNode)
                js(
                        "{'model':'chat','temperature':%s,'messages':[{'role':'system','content':%s},{'role':'user','content':'hi'}]}",
                        temperature, system);
    }

    private static ObjectNode claude(String system) {
        return (ObjectNode)
                js(
                        "{'model':'claude','max_tokens':50,'system':%s,'messages':[{'role':'user','content':'hi'}]}",
                        system);
    }

    private static String text(Answer answer) {
        JsonNode text = answer.json().at("/choices/0/message/content");
        return text.isTextual() ? text.textValue() : answer.body();
    }

    private LiveProxy recording() {
        return LiveProxy.record(
                folder,
                tape(),
                """
                providers:
                  primary: { kind: openai, base_url: "%1$s/v1", api_key: env:PRIMARY_KEY }
                  claude: { kind: anthropic, base_url: "%1$s/anthropic", api_key: env:PRIMARY_KEY }
                routes:
                  chat: [ { provider: primary, model: model-primary } ]
                  claude: [ { provider: claude, model: model-claude } ]
                """
                        .formatted(upstream.at("")));
    }

    private LiveProxy replaying() {
        return LiveProxy.start(
                folder,
                """
                providers:
                  tape: { kind: replay, cassette: %s }
                routes:
                  chat: [ { provider: tape, model: model-primary } ]
                  claude: [ { provider: tape, model: model-claude } ]
                """
                        .formatted(tape()));
    }

    private Path tape() {
        return folder.resolve("tape.jsonl");
    }
}
