package dev.distill.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.ProxyConfig;
import dev.distill.config.UserError;
import dev.distill.proxy.wire.Dialect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class VendorTest {
    private static final Clocks CLOCKS =
            Clocks.of(
                    new ProxyConfig.Timeouts(
                            Duration.ofSeconds(2),
                            Optional.empty(),
                            Optional.empty(),
                            Duration.ofSeconds(30),
                            Duration.ofMinutes(10)));
    private static final Credential KEY = new Credential.Token("k", "shh");

    @ParameterizedTest
    @CsvSource({
        "OPENAI_CHAT,       /v1/chat/completions?api-version=2026-01-01%26x",
        "OPENAI_RESPONSES,  /v1/responses?api-version=2026-01-01%26x",
        "OPENAI_EMBEDDINGS, /v1/embeddings?api-version=2026-01-01%26x"
    })
    void asksOpenAiAtTheAddressOfTheDialect(Dialect dialect, String path) {
        Vendor vendor =
                openAi(
                        "https://x.openai.azure.com/v1/",
                        ProxyConfig.KeyHeader.API_KEY,
                        Map.of("api-version", "2026-01-01&x"));
        Ask ask = ask(dialect, "m", false, KEY, Map.of());
        assertThat(vendor.path(ask)).isEqualTo(path);
        assertThat(headers(vendor, ask)).contains("\r\napi-key: shh\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.openai.com/v1, true",
        "https://eu.api.openai.com/v1, true",
        "https://x.openai.azure.com/openai/v1, true",
        "http://localhost:11434/v1, false",
        "https://evilapi.openai.com.example/v1, false"
    })
    void speaksResponsesWithThoseWhoHaveThem(String base, boolean responses) {
        Vendor vendor = openAi(base, ProxyConfig.KeyHeader.BEARER, Map.of());
        assertThat(vendor.speaks().contains(Dialect.OPENAI_RESPONSES)).isEqualTo(responses);
    }

    @Test
    void sendsNoKeyWhereThereIsNone() {
        Vendor vendor = openAi("http://localhost/v1", ProxyConfig.KeyHeader.BEARER, Map.of());
        Ask ask = ask(Dialect.OPENAI_CHAT, "m", false, new Credential.None(), Map.of());
        assertThat(headers(vendor, ask)).isEqualTo("POST / HTTP/1.1\r\nhost: h\r\n\r\n");
    }

    @Test
    void namesTheVersionOfAnthropicUnlessTheCallerDoes() {
        Vendor vendor = new AnthropicVendor(URI.create("https://api.anthropic.com"));
        Ask plain = ask(Dialect.ANTHROPIC_MESSAGES, "m", true, KEY, Map.of());
        assertThat(vendor.path(plain)).isEqualTo("/v1/messages");
        assertThat(headers(vendor, plain))
                .contains("\r\nanthropic-version: 2023-06-01\r\nx-api-key: shh\r\n");
        Map<String, String> own = Map.of("anthropic-version", "2030-01-01");
        assertThat(headers(vendor, ask(Dialect.ANTHROPIC_MESSAGES, "m", true, KEY, own)))
                .doesNotContain("2023-06-01");
        assertThat(vendor.forwards()).contains("anthropic-version", "anthropic-beta");
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-3,        false, /v1beta/models/gemini-3:generateContent",
        "gemini-3,        true,  /v1beta/models/gemini-3:streamGenerateContent?alt=sse",
        "tunedModels/a b, false, /v1beta/tunedModels/a%20b:generateContent"
    })
    void asksGeminiAtTheAddressOfTheModel(String model, boolean stream, String path) {
        Vendor vendor =
                new GeminiVendor(URI.create("https://generativelanguage.googleapis.com/v1beta"));
        Ask ask = ask(Dialect.GEMINI, model, stream, KEY, Map.of());
        assertThat(vendor.path(ask)).isEqualTo(path);
        assertThat(headers(vendor, ask)).contains("\r\nx-goog-api-key: shh\r\n");
    }

    @Test
    void signsForBedrock() {
        Vendor vendor =
                new BedrockVendor(
                        URI.create("https://bedrock-runtime.eu-west-1.amazonaws.com"),
                        "eu-west-1",
                        InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z")));
        Credential key = new Credential.Aws("aws", "AKID", "shh", Optional.of("token"));
        String model = "arn:aws:bedrock:x/anthropic.claude-v1:0";
        Ask ask = ask(Dialect.BEDROCK_CONVERSE, model, true, key, Map.of());
        assertThat(vendor.path(ask))
                .isEqualTo(
                        "/model/arn%3Aaws%3Abedrock%3Ax%2Fanthropic.claude-v1%3A0/converse-stream");
        assertThat(headers(vendor, ask))
                .contains(
                        "\r\n"
                                + "authorization: AWS4-HMAC-SHA256"
                                + " Credential=AKID/20260102/eu-west-1/bedrock/aws4_request,"
                                + " SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,"
                                + " Signature=")
                .contains("\r\nx-amz-security-token: token\r\n")
                .doesNotContain("shh");
    }

    @Test
    void neverPassesOnAHeaderThatHoldsAKey() {
        List<Vendor> vendors =
                List.of(
                        openAi("http://h/v1", ProxyConfig.KeyHeader.BEARER, Map.of()),
                        new AnthropicVendor(URI.create("http://h")),
                        new GeminiVendor(URI.create("http://h")),
                        new BedrockVendor(URI.create("http://h"), "r", InstantSource.system()));
        for (Vendor vendor : vendors) {
            assertThat(vendor.forwards())
                    .doesNotContain(
                            "authorization",
                            "x-api-key",
                            "api-key",
                            "x-goog-api-key",
                            "cookie",
                            "host")
                    .allMatch(name -> name.equals(name.toLowerCase(Locale.ROOT)));
        }
    }

    @ParameterizedTest
    @CsvSource({"ftp://h/v1", "https:/v1", "https://h/v1?a=b"})
    void refusesAnAddressThatIsNone(String base) {
        Upstreams upstreams =
                new Upstreams(
                        Map.of(),
                        InstantSource.system(),
                        Thread::sleep,
                        new Random(),
                        InProcessUpstreamTest.NONE);
        assertThatThrownBy(
                        () ->
                                upstreams.open(
                                        "p", config(base, ProxyConfig.KeyHeader.BEARER, Map.of())))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "base_url of provider p must be an http or https address, got "
                                + base.replace("?a=b", "?..."));
    }

    private static Vendor openAi(
            String base, ProxyConfig.KeyHeader header, Map<String, String> query) {
        return new OpenAiVendor(config(base, header, query));
    }

    private static ProxyConfig.OpenAi config(
            String base, ProxyConfig.KeyHeader header, Map<String, String> query) {
        return new ProxyConfig.OpenAi(
                URI.create(base),
                Optional.empty(),
                List.of(),
                header,
                Optional.empty(),
                query,
                ProxyConfig.ClientGone.CANCEL);
    }

    private static String headers(Vendor vendor, Ask ask) {
        RequestHead head = new RequestHead("/", "h");
        vendor.addHeaders(ask, vendor.path(ask), head);
        return new String(head.bytes(), StandardCharsets.ISO_8859_1);
    }

    private static Ask ask(
            Dialect dialect,
            String model,
            boolean stream,
            Credential key,
            Map<String, String> headers) {
        return new Ask(dialect, model, new byte[0], stream, key, headers, CLOCKS);
    }
}
