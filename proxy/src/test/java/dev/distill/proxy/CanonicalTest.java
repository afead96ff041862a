package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Canonical;
import dev.distill.proxy.wire.Dialect;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class CanonicalTest {
    private static final String REQUEST =
            """
            {"model":"teacher","temperature":0.70,"max_tokens":20,"seed":1,"logprobs":true,
             "response_format":{"type":"json_object"},"stop":["\\n"],
             "messages":[{"role":"user","content":"hi","name":"u"}]}""";

    @Property(tries = 100)
    void theKeyDoesNotDependOnTheOrderOfMembers(@ForAll long seed) throws JsonProcessingException {
        ObjectNode request = (ObjectNode) Json.parse(REQUEST);
        List<String> names = new ArrayList<>();
        request.fieldNames().forEachRemaining(names::add);
        Collections.shuffle(names, new Random(seed));
        ObjectNode shuffled = Json.object();
        names.forEach(name -> shuffled.set(name, request.get(name)));
        assertThat(canonical(shuffled).key("m", 0)).isEqualTo(canonical(request).key("m", 0));
    }

    @Property(tries = 100)
    void twoUserMessagesNeverShareAKey(@ForAll String one, @ForAll String two) {
        Canonical first = canonical(TestProxy.request(one));
        Canonical second = canonical(TestProxy.request(two));
        assertThat(first.key("m", 0).equals(second.key("m", 0))).isEqualTo(one.equals(two));
    }

    @Test
    void theKeyDoesDependOnModelAndSample() {
        Canonical request = canonical(TestProxy.request("hi"));
        assertThat(List.of(request.key("a", 0), request.key("b", 0), request.key("a", 1)))
                .doesNotHaveDuplicates();
    }

    @Test
    @Tag("golden")
    void theKeyIsTheDigestOfTheCanonicalText() throws JsonProcessingException {
        String canonical =
                """
                {"model":"gpt-x","request":{"logprobs":true,"max_tokens":20,\
                "messages":[{"content":"hi","name":"u","role":"user"}],\
                "response_format":{"type":"json_object"},"seed":1,"stop":["\\n"],\
                "temperature":0.7},"sample":0}""";
        assertThat(canonical((ObjectNode) Json.parse(REQUEST)).key("gpt-x", 0))
                .isEqualTo(Digest.of(canonical))
                .hasToString(
                        "sha256:0fc7aa54c743305a16b68f6f26b551cdd742fd1101404ae04f31cbcbed49dbd6");
    }

    @Test
    void survivesNumbersThatWouldFillTheMemory() throws JsonProcessingException {
        ObjectNode request = TestProxy.request("hi");
        request.set("temperature", Json.parse("1e999999999"));
        assertThat(canonical(request).json().length()).isLessThan(200);
    }

    @Test
    void anotherDialectIsAnotherKey() {
        ObjectNode request = TestProxy.request("hi");
        assertThat(Canonical.of(Dialect.ANTHROPIC_MESSAGES, request).key("m", 0))
                .isNotEqualTo(canonical(request).key("m", 0));
    }

    private static Canonical canonical(ObjectNode request) {
        return Canonical.of(Dialect.OPENAI_CHAT, request);
    }
}
