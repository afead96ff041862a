package dev.distill.proxy.upstream;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * AWS Signature Version 4:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
record SigV4(Credential.Aws key, String region, String service) {
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /**
     * Signs a request.
     *
     * @param path as it is sent, which is encoded once more, as every service but S3 wants it
     * @param query as it is sent, without its question mark
     * @param headers by lower-case name, all of them signed; the host must be one
     * @return the headers to add
     */
    SortedMap<String, String> sign(
            String method,
            String path,
            String query,
            Map<String, String> headers,
            byte[] body,
            Instant at) {
        String time = TIME.format(at);
        SortedMap<String, String> added = new TreeMap<>();
        added.put("x-amz-date", time);
        key.sessionToken().ifPresent(token -> added.put("x-amz-security-token", token));
        SortedMap<String, String> signed = new TreeMap<>(headers);
        signed.putAll(added);
        String names = String.join(";", signed.keySet());
        String lines =
                signed.entrySet().stream()
                        .map(h -> h.getKey() + ":" + h.getValue().strip() + "\n")
                        .collect(Collectors.joining());
        String request =
                String.join(
                        "\n",
                        method,
                        encodedAgain(path),
                        sorted(query),
                        lines,
                        names,
                        hex(sha256(body)));
        String scope = String.join("/", time.substring(0, 8), region, service, "aws4_request");
        String toSign = String.join("\n", ALGORITHM, time, scope, hex(sha256(utf8(request))));
        String signature = hex(hmac(signingKey(time.substring(0, 8)), toSign));
        added.put(
                "authorization",
                "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                        .formatted(ALGORITHM, key.accessKeyId(), scope, names, signature));
        return added;
    }

    /** The key of a day. */
    byte[] signingKey(String date) {
        byte[] ofDate = hmac(utf8("AWS4" + key.secretAccessKey()), date);
        return hmac(hmac(hmac(ofDate, region), service), "aws4_request");
    }

    private static String encodedAgain(String path) {
        return Arrays.stream(path.split("/", -1))
                .map(Vendor::encoded)
                .collect(Collectors.joining("/"));
    }

    private static String sorted(String query) {
        return Arrays.stream(query.split("&", -1)).sorted().collect(Collectors.joining("&"));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return mac.doFinal(utf8(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HMAC-SHA-256", e);
        }
    }
}
