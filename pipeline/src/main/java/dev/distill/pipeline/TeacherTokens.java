package dev.distill.pipeline;

import dev.distill.datasets.TokenLogprob;
import dev.distill.trainer.causal.TeacherToken;
import dev.distill.trainer.causal.TeacherToken.Alternative;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tokens of a teacher's answer that spell what its student learns to write: the answer without
 * what stands around it, such as space, quotes, or thoughts that came first.
 *
 * <p>Where a token begins before that text, what it has too much is cut off it and off those of its
 * alternatives that begin with the same; the others are no alternatives to the rest of it.
 */
final class TeacherTokens {
    private TeacherTokens() {}

    /**
     * Finds them.
     *
     * @param text what the student learns to write
     * @return none where the answer does not hold the text as it is
     */
    static List<TeacherToken> spelling(String text, List<TokenLogprob> answer) {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        int start = lastIndexOf(wanted, allBytes(answer));
        List<TeacherToken> tokens = new ArrayList<>();
        if (start < 0) {
            return tokens;
        }
        int begin = 0;
        for (TokenLogprob token : answer) {
            int end = begin + token.bytes().remaining();
            if (end > start && begin < start + wanted.length) {
                tokens.add(from(token, Math.max(0, start - begin)));
            }
            begin = end;
        }
        return tokens;
    }

    /** A token with its alternatives, itself one of them, without its first {@code cut} bytes. */
    private static TeacherToken from(TokenLogprob token, int cut) {
        byte[] bytes = bytes(token.bytes());
        List<Alternative> top = new ArrayList<>();
        boolean named = false;
        for (TokenLogprob.Alternative other : token.topLogprobs()) {
            byte[] its = bytes(other.bytes());
            named |= Arrays.equals(its, bytes);
            if (its.length > cut && Arrays.equals(its, 0, cut, bytes, 0, cut)) {
                top.add(new Alternative(from(its, cut), other.logprob()));
            }
        }
        if (!named) {
            top.add(new Alternative(from(bytes, cut), token.logprob()));
        }
        return new TeacherToken(from(bytes, cut), top);
    }

    private static byte[] from(byte[] bytes, int cut) {
        return Arrays.copyOfRange(bytes, cut, bytes.length);
    }

    private static byte[] allBytes(List<TokenLogprob> tokens) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        tokens.forEach(token -> all.writeBytes(bytes(token.bytes())));
        return all.toByteArray();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static int lastIndexOf(byte[] part, byte[] all) {
        for (int i = all.length - part.length; i >= 0; i--) {
            if (Arrays.equals(all, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        return -1;
    }
}
