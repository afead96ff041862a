package dev.distill.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EnvelopeTest {
    private static final String DATA = "QUJD".repeat(1000);

    @Test
    void readsWhatAChatRequestSaysOfItself() {
        Envelope envelope =
                chat(
                        """
                        {"model": "gpt\\u002d5", "stream": true, "n": 3, "service_tier": "flex",
                         "stream_options": {"include_usage": true},
                         "max_tokens": 10, "max_completion_tokens": 20,
                         "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]}
                        """);
        assertThat(envelope.model()).isEqualTo("gpt-5");
        assertThat(envelope.stream()).isTrue();
        assertThat(envelope.includesUsage()).isTrue();
        assertThat(envelope.choices()).isEqualTo(3);
        assertThat(envelope.serviceTier()).contains("flex");
        assertThat(envelope.maxOutputTokens()).hasValue(20);
        assertThat(envelope.messages()).isEqualTo(2);
        assertThat(envelope.mediaBytes()).isZero();
    }

    @Test
    void saysLittleOfARequestThatSaysLittle() {
        Envelope envelope =
                Envelope.read(
                        Dialect.OPENAI_RESPONSES,
                        "{\"input\":\"hi\",\"stream\":null,\"model\":\"m\"}".getBytes(UTF_8));
        assertThat(envelope.stream()).isFalse();
        assertThat(envelope.includesUsage()).isFalse();
        assertThat(envelope.choices()).isEqualTo(1);
        assertThat(envelope.serviceTier()).isEmpty();
        assertThat(envelope.maxOutputTokens()).isEmpty();
        assertThat(envelope.messages()).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "OPENAI_CHAT|{'type':'image_url','image_url':{'detail':'low','url':'data:image/png;base64,DATA'}}",
                "OPENAI_CHAT|{'input_audio':{'format':'wav','data':'DATA'},'type':'input_audio'}",
                "OPENAI_CHAT|{'type':'file','file':{'filename':'a.pdf','file_data':'data:application/pdf;base64,DATA'}}",
                "OPENAI_RESPONSES|{'type':'input_image','image_url':'data:image/png;base64,DATA'}",
                "OPENAI_RESPONSES|{'type':'input_file','file_data':'data:application/pdf;base64,DATA'}",
                "ANTHROPIC_MESSAGES|{'type':'image','source':{'data':'DATA','type':'base64','media_type':'image/png'}}",
                "ANTHROPIC_MESSAGES|{'type':'tool_result','content':[{'type':'image','source':{'type':'base64','media_type':'image/png','data':'DATA'}}]}",
            })
    void countsMediaApartFromText(Dialect dialect, String part) {
        Envelope envelope = Envelope.read(dialect, withPart(dialect, part));
        assertThat(envelope.mediaItems()).isEqualTo(1);
        assertThat(envelope.mediaBytes()).isBetween(4000L, 4050L);
        assertThat(envelope.textBytes() + envelope.mediaBytes())
                .isEqualTo(withPart(dialect, part).length);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "OPENAI_CHAT|{'type':'text','text':'data:image/png;base64,DATA'}",
                "OPENAI_CHAT|{'type':'file','file':{'file_data':'data:text/plain;base64,DATA'}}",
                "ANTHROPIC_MESSAGES|{'type':'document','source':{'type':'text','media_type':'text/plain','data':'DATA'}}",
                "ANTHROPIC_MESSAGES|{'type':'tool_use','input':{'source':{'type':'base64','media_type':'image/png','data':'DATA'}}}",
            })
    void takesNoTextForMedia(Dialect dialect, String part) {
        assertThat(Envelope.read(dialect, withPart(dialect, part)).mediaBytes()).isZero();
    }

    @Test
    void knowsASessionByHowItBegins() {
        String begin =
                """
                {"model":"a","messages":[{"role":"system","content":"s"},{"role":"user","content":[
                {"type":"text","text":"hello"%s}]}%s]}
                """;
        Envelope one = chat(begin.formatted(",\"cache_control\":{\"type\":\"ephemeral\"}", ""));
        Envelope later =
                chat(
                        begin.formatted(
                                "",
                                ",{\"content\":\"hi\",\"role\":\"assistant\"},{\"role\":\"user\",\"content\":\"go on\"}"));
        Envelope other = chat(begin.formatted("", "").replace("hello", "hullo"));
        assertThat(later.beginning()).isEqualTo(one.beginning()).hasSize(32);
        assertThat(other.beginning()).isNotEqualTo(one.beginning());
        assertThat(later.fingerprint()).isNotEqualTo(one.fingerprint());
    }

    @Test
    void takesTheSystemPromptIntoTheBeginningWhereverItStands() {
        Envelope before =
                anthropic("{'model':'a','system':'x','messages':[{'role':'user','content':'u'}]}");
        Envelope after =
                anthropic("{'messages':[{'content':'u','role':'user'}],'system':'x','model':'a'}");
        Envelope other =
                anthropic("{'model':'a','system':'y','messages':[{'role':'user','content':'u'}]}");
        assertThat(after.beginning()).isEqualTo(before.beginning());
        assertThat(other.beginning()).isNotEqualTo(before.beginning());
    }

    @Test
    void knowsARepeatedCallWhateverTheModel() {
        assertThat(chat("{\"model\":\"a\",\"n\":1}").fingerprint())
                .isEqualTo(chat("{\"model\":\"another\",\"n\":1}").fingerprint())
                .isNotEqualTo(chat("{\"model\":\"a\",\"n\":2}").fingerprint());
    }

    @Test
    void knowsTheLastStepOfAnAgentByCallsArgumentsAndResults() {
        String step = step("c1", "ls", "{}", "a.txt");
        Envelope one = history(step);
        assertThat(one.endsInStep()).isTrue();
        assertThat(history(step + "," + step("c2", "ls", "{}", "a.txt")).fingerprint())
                .isEqualTo(one.fingerprint())
                .isNotEqualTo(history(step("c1", "la", "{}", "a.txt")).fingerprint())
                .isNotEqualTo(history(step("c1", "ls", "{ }", "a.txt")).fingerprint())
                .isNotEqualTo(history(step("c1", "ls", "{}", "b.txt")).fingerprint())
                .isNotEqualTo(
                        history(step + ",{\"role\":\"tool\",\"content\":\"b\"}").fingerprint());
        assertThat(history(step + ",{\"role\":\"user\",\"content\":\"go on\"}").fingerprint())
                .isEqualTo(one.fingerprint());
    }

    @Test
    void aStepIsOverOnceTheModelHasSpoken() {
        String over =
                step("c1", "ls", "{}", "a") + ",{\"content\":\"done\",\"role\":\"assistant\"}";
        Envelope asked = history(over + ",{\"role\":\"user\",\"content\":\"thanks\"}");
        assertThat(asked.endsInStep()).isFalse();
        assertThat(asked.fingerprint())
                .isNotEqualTo(
                        history(over + ",{\"role\":\"user\",\"content\":\"why\"}").fingerprint());
        assertThat(history("{\"role\":\"tool\",\"content\":\"nobody called\"}").endsInStep())
                .isFalse();
    }

    @Test
    void aStepOfClaudeMayHoldSeveralCallsAndBlocks() {
        String step =
                """
                {'model':'a','messages':[{'role':'user','content':'u'},{'content':[{'type':'text','text':'%s'},
                 {'input':{'a':[1,{'b':2}]},'name':'x','id':'%s','type':'tool_use'},
                 {'type':'tool_use','id':'2','name':'y','input':{}}],'role':'assistant'},
                {'role':'user','content':[
                 {'content':[{'type':'text','text':'%s'}],'tool_use_id':'1','type':'tool_result'},
                 {'type':'tool_result','tool_use_id':'2','content':'z'%s},{'type':'text','text':'%s'}]}]}
                """;
        Envelope one = anthropic(step.formatted("I look", "1", "r", "", "hint"));
        assertThat(one.endsInStep()).isTrue();
        assertThat(
                        anthropic(
                                        step.formatted(
                                                "again",
                                                "9",
                                                "r",
                                                ",'cache_control':{'type':'ephemeral'}",
                                                "hurry"))
                                .fingerprint())
                .isEqualTo(one.fingerprint());
        assertThat(anthropic(step.formatted("I look", "1", "s", "", "hint")).fingerprint())
                .isNotEqualTo(one.fingerprint());
    }

    @Test
    void aStepOfTheResponsesApiIsMadeOfItems() {
        String items =
                """
                {"model":"a","input":[{"role":"user","content":"u"},{"type":"reasoning","id":"%1$s"},
                {"type":"function_call","call_id":"%1$s","name":"ls","arguments":"{}"},
                {"input":"*** patch","name":"edit","call_id":"2","type":"custom_tool_call"},
                {"output":[{"type":"input_text","text":"%2$s"}],"call_id":"%1$s","type":"function_call_output"},
                {"type":"custom_tool_call_output","call_id":"2","output":"ok"}%3$s]}
                """;
        Envelope one = responses(items.formatted("1", "a.txt", ""));
        assertThat(one.endsInStep()).isTrue();
        assertThat(responses(items.formatted("9", "a.txt", "")).fingerprint())
                .isEqualTo(one.fingerprint())
                .isNotEqualTo(responses(items.formatted("1", "b.txt", "")).fingerprint());
        assertThat(
                        responses(
                                        items.formatted(
                                                "1",
                                                "a.txt",
                                                ",{\"type\":\"message\",\"role\":\"assistant\",\"content\":[]}"))
                                .endsInStep())
                .isFalse();
    }

    private static Envelope responses(String body) {
        return Envelope.read(Dialect.OPENAI_RESPONSES, body.getBytes(UTF_8));
    }

    private static Envelope history(String messages) {
        return chat(
                "{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"u\"},%s]}"
                        .formatted(messages));
    }

    private static String step(String id, String tool, String arguments, String result) {
        return """
        {"role":"assistant","tool_calls":[{"function":{"arguments":"%3$s","name":"%2$s"},"id":"%1$s"}]},
        {"tool_call_id":"%1$s","content":[{"type":"text","text":"%4$s"}],"role":"tool"}"""
                .formatted(id, tool, arguments, result);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{}|model|model is missing",
                "[]|body|the body must be a JSON object in UTF-8",
                "{\"model\":1}|model|model must be a string (line 1, column 10)",
                "{\"model\":null}|model|model must be a string (line 1, column 10)",
                "{\"model\":\"a\",\"model\":\"b\"}|model|model is given twice (line 1, column 14)",
                "{\"model\":\"a\",\"stream\":\"yes\"}|stream|stream must be true or false (line 1, column 23)",
                "{\"model\":\"a\",\"max_tokens\":1.5}|max_tokens|max_tokens must be an integer and not negative (line 1, column 27)",
                "{\"model\":\"a\",\"stream_options\":1}|stream_options|stream_options must be an object (line 1, column 31)",
                "{\"model\":\"a\"}{}|body|the body goes on after its JSON object (line 1, column 14)",
            })
    void refusesARequestByTheMemberAtFault(String body, String param, String message) {
        assertThatThrownBy(() -> chat(body))
                .isInstanceOfSatisfying(
                        WireException.class, e -> assertThat(e.param()).isEqualTo(param))
                .hasMessage(message);
    }

    @Test
    void saysWhereTheJsonIsWrong() {
        assertThatThrownBy(() -> chat("{\"model\":\"a\",\n \"n\": }"))
                .isInstanceOf(WireException.class)
                .hasMessage("the body is not JSON (line 2, column 7)");
        assertThatThrownBy(() -> chat("{\"model\":\"a\""))
                .hasMessageStartingWith("the body is not JSON (line 1, column 13)");
        assertThatThrownBy(() -> chat("{\"a\":".repeat(2000)))
                .hasMessage("the body is nested more than 1000 levels deep");
    }

    @Test
    void refusesWhatIsNotUtf8() {
        byte[] latin =
                "{\"model\":\"a\",\"user\":\"\u00e9x\"}"
                        .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> Envelope.read(Dialect.OPENAI_CHAT, latin))
                .hasMessageStartingWith("the body is not UTF-8 (line 1, column ");
        byte[] wide = "{\"model\":\"a\"}".getBytes(UTF_16LE);
        assertThatThrownBy(() -> Envelope.read(Dialect.OPENAI_CHAT, wide))
                .hasMessage("the body must be a JSON object in UTF-8");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"model\":\"a\",\"stream\":true}|{\"stream_options\":{\"include_usage\":true},\"model\":\"b\",\"stream\":true}",
                "{\"stream\":true,\"stream_options\": null ,\"model\":\"a\"}|{\"stream\":true,\"stream_options\": {\"include_usage\":true} ,\"model\":\"b\"}",
                "{\"stream\":true,\"stream_options\":{},\"model\":\"a\"}|{\"stream\":true,\"stream_options\":{\"include_usage\":true},\"model\":\"b\"}",
                "{\"model\":\"a\",\"stream_options\":{ \"x\":[1]},\"stream\":true}|{\"model\":\"b\",\"stream_options\":{\"include_usage\":true, \"x\":[1]},\"stream\":true}",
                "{\"model\":\"a\",\"stream_options\":{\"x\":1,\"include_usage\": false},\"stream\":true}|{\"model\":\"b\",\"stream_options\":{\"x\":1,\"include_usage\": true},\"stream\":true}",
                "{\"model\":\"a\",\"stream_options\":{\"include_usage\":null,\"x\":1},\"stream\":true}|{\"model\":\"b\",\"stream_options\":{\"include_usage\":true,\"x\":1},\"stream\":true}",
                "{\"model\":\"a\",\"stream_options\":{\"include_usage\":true},\"stream\":true}|{\"model\":\"b\",\"stream_options\":{\"include_usage\":true},\"stream\":true}",
                "{\"model\":\"a\",\"stream\":false}|{\"model\":\"b\",\"stream\":false}",
            })
    void asksForUsageWhereTheCallerHasNot(String body, String expected) {
        assertThat(new String(chat(body).withModelAndUsage("b"), UTF_8)).isEqualTo(expected);
    }

    @Test
    void keepsAByteOrderMark() {
        assertThat(new String(chat("\uFEFF {\"model\":\"a\"}").withModel("b"), UTF_8))
                .isEqualTo("\uFEFF {\"model\":\"b\"}");
    }

    @Property(tries = 300)
    void splicingIsEditingTheTreeAndTouchesNothingElse(
            @ForAll("members") List<String> members, @ForAll("names") String model)
            throws JsonProcessingException {
        String text = "{" + String.join(",", members) + "}";
        String spliced = new String(chat(text).withModel(model), UTF_8);
        ObjectNode edited = (ObjectNode) Json.parse(text);
        edited.put("model", model);
        assertThat(Json.parse(spliced)).isEqualTo(edited);
        String quoted = Json.line(edited.get("model"));
        assertThat(spliced).isEqualTo(text.replace("\"mod\\u0065l \\\" é😀\"", quoted));

        String asked = new String(chat(text).withModelAndUsage(model), UTF_8);
        if (edited.path("stream").asBoolean()) {
            if (!(edited.get("stream_options") instanceof ObjectNode)) {
                edited.set("stream_options", Json.object());
            }
            ((ObjectNode) edited.get("stream_options")).put("include_usage", true);
        }
        assertThat(Json.parse(asked)).isEqualTo(edited);
    }

    @Property(tries = 500)
    void garbageIsRefusedAndNothingWorse(@ForAll("garbage") String body) {
        for (Dialect dialect : Dialect.values()) {
            try {
                assertThat(Envelope.read(dialect, body.getBytes(UTF_8)).model()).isNotNull();
            } catch (WireException e) {
                assertThat(e).hasMessageMatching("(?s).+");
            }
        }
    }

    @Provide
    Arbitrary<List<String>> members() {
        Arbitrary<String> others =
                Arbitraries.of(
                        " \"temperature\" : 1.50e0 ",
                        "\"stream\":true",
                        "\"seed\": 12345678901234567890",
                        "\"messages\": [ {\"role\":\"user\",\"content\":\"\\\"model\\\": é \\\\\"} ]",
                        "\"stream_options\":null",
                        "\"user\":\"\\ud83d\\ude00\"");
        Arbitrary<String> options =
                Arbitraries.of(
                        "\"tools\":[]",
                        "\"stop\":{\"model\":\"inner\"}",
                        "\n\"metadata\":{\"a\":[{}]}\t");
        return others.set()
                .ofMaxSize(6)
                .flatMap(
                        set ->
                                options.set()
                                        .ofMaxSize(3)
                                        .map(
                                                more -> {
                                                    List<String> all =
                                                            new java.util.ArrayList<>(set);
                                                    all.addAll(more);
                                                    all.add("\"model\":\"mod\\u0065l \\\" é😀\"");
                                                    Collections.rotate(all, more.size());
                                                    return all;
                                                }));
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.strings().withChars("ab/\"\\\u0001é€").ofMinLength(1).ofMaxLength(8);
    }

    @Provide
    Arbitrary<String> garbage() {
        return Arbitraries.of(
                        "{",
                        "}",
                        "[",
                        "]",
                        ",",
                        ":",
                        "\"model\"",
                        "\"messages\"",
                        "\"content\"",
                        "\"role\"",
                        "\"user\"",
                        "\"source\"",
                        "\"data\"",
                        "\"image_url\"",
                        "\"stream_options\"",
                        "\"n\"",
                        "1",
                        "1e9999",
                        "99999999999999999999",
                        "true",
                        "null",
                        "\"\\",
                        "\u0000",
                        "\uFEFF",
                        "é",
                        " ")
                .list()
                .ofMaxSize(30)
                .map(pieces -> "{\"model\":\"m\"," + String.join("", pieces));
    }

    private static byte[] withPart(Dialect dialect, String part) {
        String list = dialect == Dialect.OPENAI_RESPONSES ? "input" : "messages";
        return ("{'model':'m','" + list + "':[{'role':'user','content':[" + part + "]}]}")
                .replace('\'', '"')
                .replace("DATA", DATA)
                .getBytes(UTF_8);
    }

    private static Envelope chat(String body) {
        return Envelope.read(Dialect.OPENAI_CHAT, body.getBytes(UTF_8));
    }

    private static Envelope anthropic(String body) {
        return Envelope.read(Dialect.ANTHROPIC_MESSAGES, body.replace('\'', '"').getBytes(UTF_8));
    }
}
