package dev.distill.proxy.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.config.ProxyConfig.Redaction;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RecorderTest {
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
    private final List<RecordedExchange> rows = Collections.synchronizedList(new ArrayList<>());

    @Test
    void anExchangeIsKeptBlackedOutInRequestAndAnswer() {
        try (Recorder recorder = new Recorder(List.of(Redaction.EMAIL), rows::addAll)) {
            recorder.offer(
                    exchange(
                            Dialect.OPENAI_CHAT,
                            """
                            {"model":"m","messages":[{"role":"system","content":"Be brief."},
                             {"role":"user","content":"Mail a@example.com"}]}""",
                            "Mailed b@example.com"));
        }
        assertThat(rows)
                .containsExactly(
                        new RecordedExchange(
                                AT,
                                "req-1",
                                "chat",
                                "gpt-5",
                                "openai_chat",
                                "Mail [EMAIL]",
                                "[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                                        + "{\"role\":\"user\",\"content\":\"Mail [EMAIL]\"}]",
                                "Mailed [EMAIL]",
                                "stop",
                                OptionalLong.of(12),
                                OptionalLong.of(3),
                                OptionalLong.of(42),
                                false));
    }

    @Test
    void theLastUserMessageIsFoundInEveryDialect() {
        try (Recorder recorder = new Recorder(List.of(), rows::addAll)) {
            recorder.offer(
                    exchange(
                            Dialect.ANTHROPIC_MESSAGES,
                            """
                            {"system":"Be brief.","messages":[
                             {"role":"user","content":[{"type":"text","text":"one"},
                              {"type":"text","text":"two"}]},
                             {"role":"assistant","content":"three"},
                             {"role":"user","content":[{"type":"tool_result","content":"4"}]}]}""",
                            "x"));
            recorder.offer(
                    exchange(
                            Dialect.OPENAI_RESPONSES,
                            "{\"instructions\":\"Be brief.\",\"input\":\"hello\"}",
                            "x"));
            recorder.offer(
                    exchange(
                            Dialect.OPENAI_RESPONSES,
                            """
                            {"input":[{"role":"user","content":[
                             {"type":"input_text","text":"again"}]}]}""",
                            "x"));
        }
        assertThat(rows)
                .extracting(RecordedExchange::text)
                .containsExactly("one\ntwo", "hello", "again");
        assertThat(rows.get(1).messages())
                .isEqualTo(
                        "[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                                + "{\"role\":\"user\",\"content\":\"hello\"}]");
    }

    @Test
    void whatTeachesNothingIsSkippedAndWhatIsTooLargeIsDropped() {
        Recorder recorder = new Recorder(List.of(), rows::addAll);
        recorder.offer(exchange(Dialect.OPENAI_EMBEDDINGS, "{\"input\":[1,2]}", ""));
        recorder.offer(exchange(Dialect.OPENAI_EMBEDDINGS, "{\"input\":[\"text\"]}", ""));
        recorder.offer(exchange(Dialect.OPENAI_CHAT, "{", "x"));
        recorder.offer(exchange(Dialect.OPENAI_CHAT, "{}", "x".repeat(1 << 20)));
        recorder.close();
        assertThat(rows).isEmpty();
        assertThat(recorder.skipped()).isEqualTo(3);
        assertThat(recorder.dropped()).isEqualTo(1);
    }

    @Test
    void rowsThatTheSinkCannotWriteAreCounted() {
        Recorder recorder =
                new Recorder(
                        List.of(),
                        _ -> {
                            throw new IllegalStateException("the disk is full");
                        });
        recorder.offer(exchange(Dialect.OPENAI_RESPONSES, "{\"input\":\"hello\"}", "x"));
        recorder.close();
        assertThat(recorder.dropped()).isEqualTo(1);
    }

    private static Exchange exchange(Dialect dialect, String request, String answer) {
        return new Exchange(
                AT,
                "req-1",
                "chat",
                "gpt-5",
                dialect,
                request,
                answer,
                "stop",
                Optional.of(new Usage(10, 2, 0, 0, 0, 3, 0, 0, 0)),
                OptionalLong.of(42),
                false);
    }
}
