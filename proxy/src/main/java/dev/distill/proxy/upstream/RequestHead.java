package dev.distill.proxy.upstream;

import dev.distill.proxy.wire.WireException;
import java.nio.charset.StandardCharsets;

/** The request line and headers of a request, as they are written. */
final class RequestHead {
    private final StringBuilder text = new StringBuilder(512);

    /**
     * @param path with its query, encoded
     */
    RequestHead(String path, String host) {
        text.append("POST ").append(path).append(" HTTP/1.1\r\n");
        add("host", host);
    }

    /**
     * Adds a header.
     *
     * @throws WireException when the value would end the line or is not Latin-1
     */
    RequestHead add(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                throw new WireException(
                        name, "header " + name + " holds a character that no header may hold");
            }
        }
        text.append(name).append(": ").append(value).append("\r\n");
        return this;
    }

    /** The bytes, the empty line after it included. */
    byte[] bytes() {
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
