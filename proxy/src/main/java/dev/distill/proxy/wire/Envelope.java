package dev.distill.proxy.wire;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What must be known of a request to route it, to account for it and to pass it on: read in one
 * pass over its bytes, without a tree of it and without decoding what it carries. Whether the rest
 * of the request makes sense is left to whoever answers it.
 */
public final class Envelope {
    private static final int FINGERPRINT_BYTES = 16;

    private final EnvelopeScan scan;
    private final Ties ties;

    private Envelope(EnvelopeScan scan) {
        this.scan = scan;
        this.ties = scan.ties.ties();
    }

    /**
     * Reads a request.
     *
     * @param body kept and never changed
     * @throws WireException when it is not a JSON object in UTF-8, when its model is missing or no
     *     string, or when a member that matters here is given twice or has a wrong type
     */
    public static Envelope read(Dialect dialect, byte[] body) {
        EnvelopeScan scan = new EnvelopeScan(dialect, body);
        scan.run();
        return new Envelope(scan);
    }

    /** What the request is written in. */
    public Dialect dialect() {
        return scan.dialect;
    }

    /** The model that the caller asks for. */
    public String model() {
        return scan.model;
    }

    /** Whether the answer is to stream. */
    public boolean stream() {
        return scan.stream;
    }

    /** Whether the caller asks for usage at the end of the stream, where that is a choice. */
    public boolean includesUsage() {
        return scan.includesUsage;
    }

    /** The largest limit on the answer's tokens among the members that can set one. */
    public OptionalLong maxOutputTokens() {
        return scan.maxOutputTokens < 0
                ? OptionalLong.empty()
                : OptionalLong.of(scan.maxOutputTokens);
    }

    /** How many answers are asked for. */
    public int choices() {
        return scan.choices;
    }

    /** How urgent the caller says it is. */
    public Optional<String> serviceTier() {
        return Optional.ofNullable(scan.serviceTier);
    }

    /** Messages, input items or texts to embed. */
    public int messages() {
        return scan.messages;
    }

    /** Bytes that are not {@link #mediaBytes}; no tokenizer makes more tokens of them. */
    public long textBytes() {
        return scan.body.length - scan.mediaBytes;
    }

    /** Bytes of pictures, sounds and documents in the request itself, as base64. */
    public long mediaBytes() {
        return scan.mediaBytes;
    }

    /** Pictures, sounds and documents, wherever their bytes are. */
    public int mediaItems() {
        return scan.mediaItems;
    }

    /** Those of them that are pictures. */
    public int pictures() {
        return scan.pictures;
    }

    /** Whether sound may be part of the request or of the answer. */
    public boolean sound() {
        return scan.sound;
    }

    /**
     * What the model reads that the request does not hold and that has no bound but the model's
     * own: a conversation or a file at the provider, something behind a URL, or a document, whose
     * pages may be compressed a thousandfold. In words; empty when there is none.
     */
    public Optional<String> openEnded() {
        return Optional.ofNullable(scan.openEnded);
    }

    /** The tools that the provider runs by itself. */
    public ServerTools serverTools() {
        return scan.tools.result();
    }

    /** What of it refers to earlier answers. */
    public Ties ties() {
        return ties;
    }

    /**
     * A fingerprint of how the conversation begins: the system prompt and the first message of the
     * user. Requests of one session share it. It is taken of the strings in them, so that a mark
     * for the provider's cache, which wanders from message to message, makes no difference.
     */
    public String beginning() {
        MessageDigest digest = sha256();
        scan.system.digest(scan.body, digest);
        scan.first.digest(scan.body, digest);
        return fingerprint(digest);
    }

    /** Whether the request hands on what tools said that the model has called in it. */
    public boolean endsInStep() {
        return scan.step.present();
    }

    /**
     * What calls that repeat have in common. Of a request that {@linkplain #endsInStep ends in a
     * step} of an agent, a fingerprint of that step: the last tool calls and their results, without
     * their ids and whatever came before. Of another one, of all of it except its model.
     */
    public String fingerprint() {
        MessageDigest digest = sha256();
        if (endsInStep()) {
            scan.step.digest(digest);
            return fingerprint(digest);
        }
        digest.update(scan.body, 0, scan.modelStart);
        digest.update(scan.body, scan.modelEnd, scan.body.length - scan.modelEnd);
        return fingerprint(digest);
    }

    /** The request for another model: no byte of it differs except the model's name. */
    public byte[] withModel(String model) {
        return join(scan.modelStart, scan.modelEnd, quoted(model), 0, 0, new byte[0]);
    }

    /**
     * The same, and a streaming chat completion is also asked to end with its usage, as only then
     * the provider says what it bills.
     */
    public byte[] withModelAndUsage(String model) {
        if (scan.dialect != Dialect.OPENAI_CHAT || !scan.stream || scan.includesUsage) {
            return withModel(model);
        }
        byte[] usage = scan.usageText.getBytes(StandardCharsets.UTF_8);
        byte[] name = quoted(model);
        return scan.usageStart < scan.modelStart
                ? join(scan.usageStart, scan.usageEnd, usage, scan.modelStart, scan.modelEnd, name)
                : join(scan.modelStart, scan.modelEnd, name, scan.usageStart, scan.usageEnd, usage);
    }

    /** The body with two stretches replaced; the second one is left out when it ends at 0. */
    private byte[] join(int from1, int to1, byte[] with1, int from2, int to2, byte[] with2) {
        byte[] body = scan.body;
        int start2 = to2 == 0 ? body.length : from2;
        int end2 = to2 == 0 ? body.length : to2;
        int middle = start2 - to1;
        int length = from1 + with1.length + middle + with2.length + body.length - end2;
        byte[] joined = new byte[length];
        System.arraycopy(body, 0, joined, 0, from1);
        System.arraycopy(with1, 0, joined, from1, with1.length);
        int at = from1 + with1.length;
        System.arraycopy(body, to1, joined, at, middle);
        at += middle;
        System.arraycopy(with2, 0, joined, at, with2.length);
        System.arraycopy(body, end2, joined, at + with2.length, body.length - end2);
        return joined;
    }

    private static byte[] quoted(String text) {
        return ("\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String fingerprint(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest(), 0, FINGERPRINT_BYTES);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
