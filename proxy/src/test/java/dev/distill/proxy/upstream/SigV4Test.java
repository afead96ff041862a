package dev.distill.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the published test suite of AWS Signature Version 4. */
@Tag("golden")
final class SigV4Test {
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final Instant AT = Instant.parse("2015-08-30T12:36:00Z");

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            nullValues = "-",
            value = {
                "get-vanilla,GET,'','','',5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
                "get-vanilla-query-order-key-case,GET,Param2=value2&Param1=value1,'','',b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
                "get-vanilla-empty-query-key,GET,Param1=value1,'','',a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
                "post-vanilla,POST,'','','',5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
                "post-x-www-form-urlencoded,POST,'',application/x-www-form-urlencoded,Param1=value1,ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            })
    void signsLikeThePublishedExamples(
            String name, String method, String query, String type, String body, String signature) {
        Map<String, String> headers = new TreeMap<>(Map.of("host", "example.amazonaws.com"));
        if (!type.isEmpty()) {
            headers.put("content-type", type);
        }
        Map<String, String> added =
                new SigV4(key(Optional.empty()), "us-east-1", "service")
                        .sign(
                                method,
                                "/",
                                query,
                                headers,
                                body.getBytes(StandardCharsets.UTF_8),
                                AT);
        assertThat(added.get("x-amz-date")).isEqualTo("20150830T123600Z");
        assertThat(added.get("authorization"))
                .isEqualTo(
                        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
                                + " SignedHeaders="
                                + (type.isEmpty() ? "" : "content-type;")
                                + "host;x-amz-date, Signature="
                                + signature);
    }

    @Test
    void derivesThePublishedSigningKey() {
        byte[] signing =
                new SigV4(key(Optional.empty()), "us-east-1", "iam").signingKey("20150830");
        assertThat(HexFormat.of().formatHex(signing))
                .isEqualTo("c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
    }

    @Test
    void signsTheSessionTokenToo() {
        Map<String, String> added =
                new SigV4(key(Optional.of("token")), "us-east-1", "bedrock")
                        .sign("POST", "/", "", Map.of("host", "h"), new byte[0], AT);
        assertThat(added)
                .containsEntry("x-amz-security-token", "token")
                .hasEntrySatisfying(
                        "authorization",
                        value ->
                                assertThat(value)
                                        .contains(
                                                "SignedHeaders=host;x-amz-date;x-amz-security-token,"));
    }

    @Test
    void encodesThePathOnceMoreAndLeavesSlashesAlone() {
        SigV4 sigV4 = new SigV4(key(Optional.empty()), "us-east-1", "bedrock");
        String signedAsSent = signature(sigV4, "/model/a%3A0/converse");
        assertThat(signedAsSent).isNotEqualTo(signature(sigV4, "/model/a:0/converse"));
    }

    private static String signature(SigV4 sigV4, String path) {
        return sigV4.sign("POST", path, "", Map.of("host", "h"), new byte[0], AT)
                .getOrDefault("authorization", "");
    }

    private static Credential.Aws key(Optional<String> token) {
        return new Credential.Aws("aws", "AKIDEXAMPLE", SECRET, token);
    }
}
