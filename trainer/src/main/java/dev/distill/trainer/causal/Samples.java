package dev.distill.trainer.causal;

import dev.distill.models.Tokenizer;
import dev.distill.trainer.causal.ChatRow.Message;
import dev.distill.trainer.causal.Sample.Hint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Turns conversations into tokens and says which of them are trained on: the answer and its end
 * token, not the prompt, and nothing of what a template writes after the end token.
 *
 * <p>The prompt's tokens are those that the student will get when it is asked, and the answer's
 * begin after them. Where a tokenizer would merge across that border, the two are tokenised apart.
 */
final class Samples {
    private final Tokenizer tokenizer;
    private final ChatFormat format;
    private final Set<Long> ends;
    private final int maxLength;
    private final TeacherAlignment alignment;

    /**
     * @param ends the tokens with which an answer may end; not empty
     * @param maxLength most tokens of a row, the end token counted; longer rows are cut
     */
    Samples(Tokenizer tokenizer, ChatFormat format, Set<Long> ends, int maxLength) {
        this.tokenizer = tokenizer;
        this.format = format;
        this.ends = Set.copyOf(ends);
        this.maxLength = maxLength;
        this.alignment = new TeacherAlignment(tokenizer);
    }

    /** The samples of some rows, in their order. */
    List<Sample> of(List<ChatRow> rows) {
        return rows.stream().map(this::of).toList();
    }

    private Sample of(ChatRow row) {
        List<Message> all = new ArrayList<>(row.prompt());
        all.add(new Message("assistant", row.answer()));
        String promptText = format.prompt(row.prompt());
        String text = format.conversation(all);
        long[] prompt = tokenizer.plain(promptText);
        long[] answer = answer(text, promptText, prompt);
        int end = end(answer);
        long[] tokens = Arrays.copyOf(prompt, prompt.length + end);
        System.arraycopy(answer, 0, tokens, prompt.length, end);
        boolean cut = tokens.length > maxLength;
        long[] kept = cut ? Arrays.copyOf(tokens, maxLength) : tokens;
        int learned = Math.min(prompt.length, kept.length);
        List<Hint> hints =
                alignment.hints(row.teacher(), Arrays.copyOf(answer, kept.length - learned));
        return new Sample(row.id(), kept, learned, cut, hints);
    }

    /** The tokens after the prompt's. */
    private long[] answer(String text, String promptText, long[] prompt) {
        long[] whole = tokenizer.plain(text);
        if (whole.length >= prompt.length
                && Arrays.equals(prompt, 0, prompt.length, whole, 0, prompt.length)) {
            return Arrays.copyOfRange(whole, prompt.length, whole.length);
        }
        if (text.startsWith(promptText)) {
            return tokenizer.plain(text.substring(promptText.length()));
        }
        throw Preflight.promptIsNoPrefix(promptText, text);
    }

    /** How many tokens there are up to the first end token. */
    private int end(long[] answer) {
        for (int i = 0; i < answer.length; i++) {
            if (ends.contains(answer[i])) {
                return i + 1;
            }
        }
        throw Preflight.noEndToken(ends);
    }

    /**
     * The sample of a prompt with an answer of the student's own.
     *
     * @param answer tokens, the end token the last where the student came to an end
     */
    static Sample of(Sample row, long[] answer) {
        long[] tokens = Arrays.copyOf(row.tokens(), row.learned() + answer.length);
        System.arraycopy(answer, 0, tokens, row.learned(), answer.length);
        return new Sample(row.id(), tokens, row.learned(), false, List.of());
    }
}
