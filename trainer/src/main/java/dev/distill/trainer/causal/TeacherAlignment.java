package dev.distill.trainer.causal;

import dev.distill.models.Tokenizer;
import dev.distill.trainer.causal.Sample.Hint;
import dev.distill.trainer.causal.TeacherToken.Alternative;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds for each token of the student's answer what the teacher, with a vocabulary of its own,
 * thought at that place. Bytes are what both have in common: where a token of either covers the
 * same bytes of the answer, the teacher's alternatives are alternatives to the student's token.
 *
 * <p>The teacher's token becomes the student's of the same bytes, an alternative the first token
 * that the student would write it with; what several become adds up. An alternative that is no text
 * by itself is left to the tail.
 */
final class TeacherAlignment {
    private final Tokenizer tokenizer;
    private final Map<String, Optional<Long>> firstTokens = new HashMap<>();

    TeacherAlignment(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * A hint for each of the student's tokens, or none at all when the teacher told nothing.
     *
     * @param answer the student's tokens of the answer; special ones have no bytes of it
     */
    List<Hint> hints(List<TeacherToken> teacher, long[] answer) {
        if (teacher.isEmpty()) {
            return List.of();
        }
        Map<Long, TeacherToken> bySpan = new HashMap<>();
        int start = 0;
        for (TeacherToken token : teacher) {
            int end = start + token.bytes().length;
            bySpan.put(span(start, end), token);
            start = end;
        }
        List<Hint> hints = new ArrayList<>();
        int[] ends = ByteSpans.ends(tokenizer, answer);
        for (int i = 0; i < answer.length; i++) {
            int before = i == 0 ? 0 : ends[i - 1];
            TeacherToken token = bySpan.get(span(before, ends[i]));
            boolean whole = before >= 0 && ends[i] > before;
            hints.add(whole && token != null ? hint(token, answer[i]) : Hint.NONE);
        }
        return hints;
    }

    private static long span(int start, int end) {
        return ((long) start << 32) | (end & 0xffff_ffffL);
    }

    /**
     * @param own the student's token of the same bytes
     */
    private Hint hint(TeacherToken token, long own) {
        Map<Long, Double> masses = new LinkedHashMap<>();
        for (Alternative alternative : token.top()) {
            double mass = Math.exp(alternative.logProbability());
            Optional<Long> id =
                    Arrays.equals(alternative.bytes(), token.bytes())
                            ? Optional.of(own)
                            : firstToken(alternative.bytes());
            id.ifPresent(known -> masses.merge(known, mass, Double::sum));
        }
        long[] ids = masses.keySet().stream().mapToLong(Long::longValue).toArray();
        float[] logs = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            logs[i] = (float) Math.log(Math.min(1, masses.getOrDefault(ids[i], 0.)));
        }
        return new Hint(ids, logs);
    }

    private Optional<Long> firstToken(byte[] bytes) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException _) {
            return Optional.empty(); // a part of a character
        }
        return firstTokens.computeIfAbsent(
                text,
                t -> {
                    long[] ids = t.isEmpty() ? new long[0] : tokenizer.plain(t);
                    return ids.length == 0 ? Optional.empty() : Optional.of(ids[0]);
                });
    }
}
