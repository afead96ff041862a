package dev.distill.datasets;

import dev.distill.config.CurateConfig;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The answers that become a dataset, and those that do not. Every answer is in exactly one of the
 * lists; kept rows are in the order of the answers.
 *
 * @param train what the student learns from
 * @param validation what says when training is good enough
 * @param rejected the others, with reasons, in the order of the steps
 * @param funnel the steps in order, with how many rows came in and how many were rejected
 */
public record Curation(
        List<AnswerRow> train,
        List<AnswerRow> validation,
        List<RejectedRow> rejected,
        List<Step> funnel) {
    private static final int REASONS_SHOWN = 5;

    public Curation {
        train = List.copyOf(train);
        validation = List.copyOf(validation);
        rejected = List.copyOf(rejected);
        funnel = List.copyOf(funnel);
    }

    /** One step of the funnel. */
    public record Step(String name, int in, int rejected) {
        /** How many rows go on to the next step. */
        public int out() {
            return in - rejected;
        }
    }

    /**
     * Keeps what is worth training on. The steps: {@code schema} (a text, a finished answer that
     * fits the task; of labels, sound probabilities), {@code gold_overlap} (the text is a gold
     * item), {@code leak} (a training text is also a validation text) and {@code duplicate} (the
     * text came before in the same part). Texts are equal after Unicode NFC, folding of white
     * space, and lower case.
     *
     * @throws UserError when more than the allowed share is rejected, or a part is left empty
     */
    public static Curation of(
            List<AnswerRow> answers,
            Collection<String> goldTexts,
            AnswerFormat format,
            CurateConfig config) {
        Sieve sieve = new Sieve(answers);
        sieve.step("schema", row -> Sieve.schemaProblem(row, format));
        if (config.goldOverlap() == CurateConfig.GoldOverlap.REJECT) {
            sieve.rejectTextsOf(goldTexts);
        }
        sieve.rejectLeaks();
        if (config.dedup() == CurateConfig.Dedup.EXACT) {
            sieve.rejectDuplicates();
        }
        Curation curation = sieve.result();
        curation.check(answers.size(), config.maxRejectedShare());
        return curation;
    }

    private void check(int total, double maxRejectedShare) {
        if (rejected.size() > maxRejectedShare * total) {
            throw failure(
                    "%d of %d rows rejected (%s %%), more than curate.max_rejected_share %s"
                            .formatted(
                                    rejected.size(),
                                    total,
                                    String.format(
                                            Locale.ROOT, "%.1f", 100.0 * rejected.size() / total),
                                    maxRejectedShare));
        }
        if (train.isEmpty() || validation.isEmpty()) {
            throw failure(
                    "no %s rows are left of %d rows"
                            .formatted(train.isEmpty() ? "training" : "validation", total));
        }
    }

    private UserError failure(String message) {
        return new UserError(
                ExitCode.INVALID_INPUT,
                Problem.of(message).withHint("the commonest reasons: " + commonestReasons()));
    }

    private String commonestReasons() {
        Map<String, Long> counts =
                rejected.stream()
                        .collect(Collectors.groupingBy(Curation::kind, Collectors.counting()));
        return counts.entrySet().stream()
                .sorted(
                        Map.Entry.<String, Long>comparingByValue()
                                .reversed()
                                .thenComparing(Map.Entry.comparingByKey()))
                .limit(REASONS_SHOWN)
                .map(e -> e.getKey() + " (" + e.getValue() + ")")
                .collect(Collectors.joining(", "));
    }

    /** Reasons that name other rows count as one. */
    private static String kind(RejectedRow row) {
        return row.stage().equals("schema") ? row.reason() : row.stage();
    }
}
