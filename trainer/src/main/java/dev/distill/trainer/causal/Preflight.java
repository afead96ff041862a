package dev.distill.trainer.causal;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The checks before the first step: rows of which nothing would be learned, templates that do not
 * say where an answer begins or ends.
 */
final class Preflight {
    /** Beyond this share of cut rows the student would not learn to come to an end. */
    private static final double MOST_CUT = 0.5;

    private static final int SHOWN = 10;
    private static final int TEXT_SHOWN = 200;

    private Preflight() {}

    /**
     * Checks samples.
     *
     * @return the share of the training samples that were cut, 0 to 1
     * @throws UserError naming the rows of which no token is trained on, and when too many are cut
     */
    static double check(List<Sample> training, List<Sample> validation, int maxLength) {
        List<Problem> problems = new ArrayList<>();
        set("training", training, maxLength, problems);
        set("validation", validation, maxLength, problems);
        long cut = training.stream().filter(Sample::cut).count();
        double share = training.isEmpty() ? 0 : (double) cut / training.size();
        if (problems.isEmpty() && share > MOST_CUT) {
            problems.add(
                    Problem.of(
                                    "%d of %d training rows are longer than max_length %d"
                                            .formatted(cut, training.size(), maxLength))
                            .withHint("raise student.max_length, or shorten the rows"));
        }
        if (problems.size() > SHOWN) {
            int more = problems.size() - SHOWN;
            problems.subList(SHOWN, problems.size()).clear();
            problems.add(Problem.of("and %d more".formatted(more)));
        }
        if (!problems.isEmpty()) {
            throw new UserError(ExitCode.INVALID_INPUT, problems);
        }
        return share;
    }

    private static void set(
            String name, List<Sample> samples, int maxLength, List<Problem> problems) {
        if (samples.isEmpty()) {
            problems.add(
                    Problem.of("there are no " + name + " rows")
                            .withHint("see rejected.parquet for rows that were left out"));
        }
        for (Sample sample : samples) {
            if (sample.targets() == 0) {
                problems.add(
                        Problem.of(
                                        "%s row %s: no token is trained on, its prompt alone has max_length %d tokens or more"
                                                .formatted(name, sample.id(), maxLength))
                                .withHint("raise student.max_length, or shorten the prompt"));
            }
        }
    }

    /** A template whose text of a prompt is not how the conversation begins. */
    static UserError promptIsNoPrefix(String prompt, String conversation) {
        return new UserError(
                ExitCode.INVALID_INPUT,
                Problem.of(
                                "the chat template does not begin a conversation with its prompt: '%s' is not how '%s' begins"
                                        .formatted(shown(prompt), shown(conversation)))
                        .withHint(
                                "use a template whose add_generation_prompt writes what it writes before an answer"));
    }

    /** A template that does not write an end token after an answer. */
    static UserError noEndToken(Set<Long> ends) {
        return new UserError(
                ExitCode.INVALID_INPUT,
                Problem.of(
                                "the chat template ends an answer with none of the end tokens %s: the student would not learn to stop"
                                        .formatted(ends.stream().sorted().toList()))
                        .withHint("set eos_token_id in generation_config.json to the token that the template writes"));
    }

    private static String shown(String text) {
        return text.length() <= TEXT_SHOWN
                ? text
                : "..." + text.substring(text.length() - TEXT_SHOWN);
    }
}
