package dev.distill.proxy;

import dev.distill.proxy.wire.Refusal;
import io.helidon.http.Headers;
import io.helidon.http.encoding.ContentDecoder;
import io.helidon.http.encoding.ContentEncoder;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.encoding.ContentEncodingContextConfig;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * How callers have coded the body of a request: not at all, or by gzip, as clients with large
 * contexts do. Limits count what comes out of it.
 */
final class BodyCoding {
    private BodyCoding() {}

    /**
     * Whether a body must be unpacked.
     *
     * @param coding what the caller says of it
     * @throws RefusedException when it is coded in a way that nobody here knows
     */
    static boolean isPacked(Optional<String> coding) {
        String word = coding.orElse("identity").strip().toLowerCase(Locale.ROOT);
        return switch (word) {
            case "identity", "" -> false;
            case "gzip", "x-gzip" -> true;
            default -> throw new RefusedException(unknown(word));
        };
    }

    /** Something that reads a body. */
    @FunctionalInterface
    interface Reading {
        byte[] from(InputStream body) throws IOException;
    }

    /**
     * Unpacks a body.
     *
     * @throws RefusedException when it is not what it says it is
     * @throws IOException when it does not come
     */
    static byte[] unpacked(InputStream packed, Reading reading) throws IOException {
        try (InputStream body = new GZIPInputStream(packed)) {
            return reading.from(body);
        } catch (ZipException | EOFException _) {
            throw new RefusedException(
                    Refusals.badRequest(
                            "invalid_body", "body", "the body is not gzip, or not all of it"));
        }
    }

    /** Has the server leave bodies as they are: it would refuse coded ones without a reason. */
    static ContentEncodingContext untouched() {
        return new Untouched();
    }

    private static Refusal unknown(String word) {
        return Refusals.unsupportedCoding(
                "content-encoding %s is not supported; send gzip or none"
                        .formatted(word.substring(0, Math.min(word.length(), 40))));
    }

    private static final class Untouched implements ContentEncodingContext {
        @Override
        public ContentEncodingContextConfig prototype() {
            return ContentEncodingContext.builder().buildPrototype();
        }

        @Override
        public boolean contentEncodingEnabled() {
            return false;
        }

        @Override
        public boolean contentDecodingEnabled() {
            return true;
        }

        @Override
        public boolean contentEncodingSupported(String coding) {
            return false;
        }

        @Override
        public boolean contentDecodingSupported(String coding) {
            return true;
        }

        @Override
        public ContentEncoder encoder(String coding) {
            return ContentEncoder.NO_OP;
        }

        @Override
        public ContentDecoder decoder(String coding) {
            return ContentDecoder.NO_OP;
        }

        @Override
        public ContentEncoder encoder(Headers headers) {
            return ContentEncoder.NO_OP;
        }
    }
}
