package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.responses.ResponseCreateParams;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The fake itself, so that what the other tests find is the proxy's doing. */
@Tag("it")
@Timeout(20)
final class ScriptedUpstreamTest {
    private static final Say TOOL =
            Say.text("Let me ", "see").calling("get_weather", "{\"city\":", "\"Paris\"}");

    private final ScriptedUpstream upstream = ScriptedUpstream.of(Script.silent());
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void stop() {
        client.shutdownNow();
        upstream.close();
    }

    @Test
    void answersAndWritesDownWhatItWasAsked() throws Exception {
        upstream.behave(Script.answer(201, "text/plain", "one"), Script.json(429, js("{}")));
        HttpResponse<String> first = ask();
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(first.body()).isEqualTo("one");
        assertThat(ask().statusCode()).isEqualTo(429);
        assertThat(ask().statusCode()).isEqualTo(429);
        assertThat(upstream.requests()).hasSize(3);
        assertThat(upstream.requests().getFirst().path()).isEqualTo("/x");
        assertThat(upstream.requests().getFirst().body()).isEqualTo("{\"a\":1}");
        assertThat(upstream.requests().getFirst().header("x-mine")).isEqualTo("yes");
        assertThat(upstream.accepted()).isEqualTo(1);
        assertThat(upstream.aborted()).isZero();
    }

    @Test
    void streamsAndCutsAsTheScriptSays() throws Exception {
        Script stream = Script.sse(List.of("data: 1\n\n", "data: 2\n\n", "data: 3\n\n"));
        upstream.behave(
                stream,
                stream.pacedBy(Duration.ofMillis(1)),
                stream.cutAfter(1),
                stream.brokenAt(2, "x"));
        assertThat(ask().body()).isEqualTo("data: 1\n\ndata: 2\n\ndata: 3\n\n");
        assertThat(ask().body()).isEqualTo("data: 1\n\ndata: 2\n\ndata: 3\n\n");
        assertThat(ask().body()).isEqualTo("data: 1\n\n");
        assertThat(ask().body()).isEqualTo("data: 1\n\ndata: 2\n\nx");
    }

    @Test
    void breaksConnectionsAsTheScriptSays() {
        Script stream = Script.sse(List.of("data: 1\n\n", "data: 2\n\n"));
        upstream.behave(
                stream.closedAfter(1), stream.resetAfter(1), Script.shorterThanPromised("ab", 5));
        assertThatThrownBy(this::ask).isInstanceOf(IOException.class);
        assertThatThrownBy(this::ask)
                .isInstanceOf(IOException.class)
                .hasRootCauseMessage("Connection reset");
        assertThatThrownBy(this::ask).isInstanceOf(IOException.class);
        upstream.behave(Script.reset());
        assertThatThrownBy(this::ask).isInstanceOf(IOException.class);
    }

    @Test
    void noticesCallersWhoGo() throws Exception {
        upstream.behave(Script.sse(List.of("data: 1\n\n")).silentAfter(1));
        HttpResponse<InputStream> response = client.send(request(), BodyHandlers.ofInputStream());
        assertThat(response.body().read()).isEqualTo('d');
        assertThat(upstream.open()).isEqualTo(1);
        response.body().close();
        Eventually.holds("no connection is open", () -> upstream.open() == 0);
        assertThat(upstream.aborted()).isEqualTo(1);
    }

    @Test
    void framesOfBedrockHaveTheirChecksums() {
        ByteBuffer frame = ByteBuffer.wrap(BedrockFrames.event("messageStop", js("{'a':1}")));
        int total = frame.getInt();
        int headers = frame.getInt();
        assertThat(frame.getInt()).isEqualTo(crc(frame, 8));
        assertThat(total).isEqualTo(frame.capacity());
        assertThat(new String(slice(frame, 13, 11), StandardCharsets.UTF_8))
                .isEqualTo(":event-type");
        assertThat(new String(slice(frame, 12 + headers, 7), StandardCharsets.UTF_8))
                .isEqualTo("{\"a\":1}");
        assertThat(frame.getInt(total - 4)).isEqualTo(crc(frame, total - 4));
    }

    @Test
    void speaksTheDialectsOfOpenAi() {
        upstream.behave(
                request ->
                        (request.path().endsWith("/responses")
                                        ? Speech.OPENAI_RESPONSES
                                        : Speech.OPENAI_CHAT)
                                .answer(TOOL, request));
        OpenAIClient openai =
                OpenAIOkHttpClient.builder()
                        .apiKey("k")
                        .baseUrl(upstream.at("/v1").toString())
                        .build();
        ChatCompletionCreateParams chat =
                ChatCompletionCreateParams.builder().model("m").addUserMessage("hi").build();
        ChatCompletionAccumulator streamed = ChatCompletionAccumulator.create();
        try (var stream = openai.chat().completions().createStreaming(chat)) {
            stream.stream().forEach(streamed::accumulate);
        }
        ChatCompletion whole = openai.chat().completions().create(chat).validate();
        for (ChatCompletion answer : List.of(whole, streamed.chatCompletion())) {
            var message = answer.choices().getFirst().message();
            assertThat(message.content()).contains("Let me see");
            assertThat(
                            message.toolCalls()
                                    .orElseThrow()
                                    .getFirst()
                                    .asFunction()
                                    .function()
                                    .arguments())
                    .isEqualTo("{\"city\":\"Paris\"}");
        }
        ResponseCreateParams ask = ResponseCreateParams.builder().model("m").input("hi").build();
        assertThat(openai.responses().create(ask).validate().output()).hasSize(2);
        ResponseAccumulator response = ResponseAccumulator.create();
        try (var stream = openai.responses().createStreaming(ask)) {
            stream.stream().forEach(event -> response.accumulate(event.validate()));
        }
        assertThat(response.response().output()).hasSize(2);
        openai.close();
    }

    @Test
    void speaksTheDialectOfAnthropic() {
        upstream.behave(request -> Speech.ANTHROPIC.answer(TOOL.thinking("hm", "m"), request));
        AnthropicClient anthropic =
                AnthropicOkHttpClient.builder()
                        .apiKey("k")
                        .baseUrl(upstream.at("").toString())
                        .build();
        MessageCreateParams ask =
                MessageCreateParams.builder().model("m").maxTokens(10).addUserMessage("hi").build();
        MessageAccumulator streamed = MessageAccumulator.create();
        try (var stream = anthropic.messages().createStreaming(ask)) {
            stream.stream().forEach(streamed::accumulate);
        }
        for (Message answer : List.of(anthropic.messages().create(ask), streamed.message())) {
            assertThat(answer.content().get(0).asThinking().thinking()).isEqualTo("hmm");
            assertThat(answer.content().get(1).asText().text()).isEqualTo("Let me see");
            assertThat(answer.content().get(2).asToolUse().name()).isEqualTo("get_weather");
            assertThat(answer.usage().outputTokens()).isEqualTo(5);
        }
        anthropic.close();
    }

    private HttpRequest request() {
        URI at = upstream.at("/x");
        return HttpRequest.newBuilder(at)
                .header("X-Mine", "yes")
                .POST(BodyPublishers.ofString("{\"a\":1}"))
                .build();
    }

    private HttpResponse<String> ask() throws IOException, InterruptedException {
        return client.send(request(), BodyHandlers.ofString());
    }

    private static byte[] slice(ByteBuffer frame, int from, int length) {
        byte[] bytes = new byte[length];
        frame.get(from, bytes);
        return bytes;
    }

    private static int crc(ByteBuffer frame, int length) {
        CRC32 crc = new CRC32();
        crc.update(slice(frame, 0, length));
        return (int) crc.getValue();
    }
}
