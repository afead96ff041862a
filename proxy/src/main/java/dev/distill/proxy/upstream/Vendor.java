package dev.distill.proxy.upstream;

import dev.distill.proxy.wire.Dialect;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** How the requests of one kind of provider look. */
sealed interface Vendor permits OpenAiVendor, AnthropicVendor, GeminiVendor, BedrockVendor {
    /** The dialects that it understands. */
    Set<Dialect> speaks();

    /** The caller's headers that are passed on, in lower case; never one that holds a key. */
    Set<String> forwards();

    /** The path and query of a request, encoded. */
    String path(Ask ask);

    /** Adds the headers that this provider wants, its key among them. */
    void addHeaders(Ask ask, String path, RequestHead head);

    /** The path of a base address without a slash at its end. */
    static String basePath(URI base) {
        String path = base.getRawPath() == null ? "" : base.getRawPath();
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }

    /**
     * One segment of a path, in which only the unreserved characters of RFC 3986 are as they are.
     */
    static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    /** The secret of a key that is sent as it is; empty where there is none. */
    static String secret(Credential key) {
        return switch (key) {
            case Credential.Token token -> token.secret();
            case Credential.None _ -> "";
            case Credential.Aws _ ->
                    throw new IllegalArgumentException("a key of AWS is never sent: " + key);
        };
    }
}
