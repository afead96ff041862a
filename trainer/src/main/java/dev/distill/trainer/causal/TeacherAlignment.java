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
 * thought at that place. Bytes are what both have in common: where a token of either begins at the
 * same byte of the answer and the teacher's is not the shorter one, the teacher's alternatives say
 * which token the student should begin with.
 *
 * <p>The teacher's token becomes the student's, an alternative the first token that the student
 * would write it with; what several become adds up. An alternative that is no text by itself is
 * left to the tail. Of the student's other tokens within one of the teacher's nothing is known:
 * what was left to the tail may go on in any way.
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
        Map<Integer, TeacherToken> byStart = new HashMap<>();
        int start = 0;
        for (TeacherToken token : teacher) {
            byStart.put(start, token); // of empty ones the last, which has bytes
            start += token.bytes().length;
        }
        List<Hint> hints = new ArrayList<>();
        int[] ends = ByteSpans.ends(tokenizer, answer);
        for (int i = 0; i < answer.length; i++) {
            int before = i == 0 ? 0 : ends[i - 1];
            TeacherToken token = byStart.get(before);
            int length = ends[i] - before;
            boolean begins = before >= 0 && length > 0;
            hints.add(
                    begins && token != null && length <= token.bytes().length
                            ? hint(token, answer[i])
                            : Hint.NONE);
        }
        return hints;
    }

    /**
     * @param own the token with which the student begins the teacher's
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
