package dev.distill.evaluation;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a report shows. The pipeline fills it; the writers only lay it out.
 *
 * @param run what ran, and how to run it again
 * @param teacher the teacher
 * @param student the student
 * @param evaluation what was found out
 * @param verdict what the gate says about it
 * @param ladder every student that was tried, when the job left it to the run which to take; {@code
 *     student}, {@code evaluation} and {@code verdict} are those of the chosen one
 * @param training how the student learnt, if it is trained step by step
 * @param funnel what became of the requests, and of the money
 */
public record ReportData(
        Run run,
        Model teacher,
        Model student,
        Evaluation evaluation,
        Verdict verdict,
        Optional<Ladder> ladder,
        Optional<Training> training,
        Funnel funnel) {
    /**
     * What ran.
     *
     * @param job the job's name
     * @param id the run's identifier
     * @param date when it ran, as it should be shown
     * @param command what to type to run it again
     * @param machine processor, cores, memory, accelerator, in words
     * @param stages in the order they ran
     * @param versions of distill, Java, engines: name to version, in the order to show
     * @param seeds purpose to seed, in the order to show
     */
    public record Run(
            String job,
            String id,
            String date,
            String command,
            String machine,
            List<Stage> stages,
            Map<String, String> versions,
            Map<String, Long> seeds) {
        public Run {
            stages = List.copyOf(stages);
            versions = Ordered.copyOf(versions);
            seeds = Ordered.copyOf(seeds);
        }
    }

    /**
     * A pipeline stage.
     *
     * @param name of the stage
     * @param key digest of everything that went in
     * @param output digest of what came out
     * @param seconds how long it took
     * @param origin whether it ran now or its output was at hand
     */
    public record Stage(String name, String key, String output, double seconds, Origin origin) {}

    /** Where a stage's output is from. */
    public enum Origin {
        RAN,
        REUSED
    }

    /**
     * A model.
     *
     * @param name what people call it
     * @param kind what it is, in a few words
     * @param parameters how many weights, if known
     * @param bytes size of its files, if known
     */
    public record Model(
            String name, String kind, Optional<Long> parameters, Optional<Long> bytes) {}

    /**
     * How the student learnt.
     *
     * @param steps loss over the steps, in order
     * @param epochs validation after each epoch, in order
     * @param bestEpoch the epoch whose weights were kept
     * @param firstRow the first training row as a language model reads it, in order; empty for
     *     other students
     */
    public record Training(
            List<Step> steps, List<Epoch> epochs, int bestEpoch, List<Piece> firstRow) {
        public Training {
            steps = List.copyOf(steps);
            epochs = List.copyOf(epochs);
            firstRow = List.copyOf(firstRow);
        }
    }

    /** A part of a training row's text: learned, or only read. */
    public record Piece(String text, boolean learned) {}

    /** The training loss of an optimiser step, counted from 1. */
    public record Step(int step, double loss) {}

    /**
     * Validation after an epoch.
     *
     * @param epoch counted from 1
     * @param step the last optimiser step of the epoch
     * @param accuracy share of right answers on the validation rows
     */
    public record Epoch(int epoch, int step, double accuracy) {}

    /**
     * What became of the requests.
     *
     * @param levels from requests to training rows, in order
     * @param storeHits answers that were already paid for and cost nothing this time
     * @param spentMicroUsd what this run paid the teacher
     * @param provenance simulated when the prices are
     */
    public record Funnel(
            List<Level> levels, long storeHits, long spentMicroUsd, Provenance provenance) {
        public Funnel {
            levels = List.copyOf(levels);
        }
    }

    /**
     * A level of the funnel.
     *
     * @param name such as {@code requests}, {@code answered}, {@code parsed}, {@code kept}
     * @param rows that got this far
     * @param costMicroUsd what the answers behind these rows cost, whenever they were paid
     * @param note why the others did not, empty when there is nothing to say
     */
    public record Level(String name, long rows, long costMicroUsd, String note) {}
}
