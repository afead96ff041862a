package dev.distill.trainer.causal;

import ai.djl.ndarray.NDManager;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.TrainConfig.Loss;
import dev.distill.config.UserError;
import dev.distill.models.Tokenizer;
import dev.distill.models.causal.GenerationConfig;
import dev.distill.trainer.Divergence;
import dev.distill.trainer.MemoryPlan;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingEvent.Piece;
import dev.distill.trainer.causal.CausalJob.LocalTeacherFolder;
import dev.distill.trainer.causal.Sample.Hint;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The rows of a job as the student reads them, checked, and what they are compared by.
 *
 * @param cut share of the training rows that were cut, 0 to 1
 * @param ends the tokens with which an answer ends
 * @param divergence from the teacher; none where it told only its answers
 * @param readings how a teacher of another tokenizer in the process reads the samples, each by
 *     itself; empty where there is none
 */
record CausalRows(
        List<Sample> training,
        List<Sample> validation,
        double cut,
        Set<Long> ends,
        Divergence divergence,
        Map<Sample, ForeignReading> readings) {
    /** Below this mean mass of the tokens that a teacher named, the tail is guesswork. */
    private static final double LEAST_MASS = 0.9;

    /** Reads and checks the rows of a job, and tells the listener how the student reads them. */
    static CausalRows read(CausalJob job, Consumer<TrainingEvent> listener) {
        Divergence divergence = divergence(job);
        Set<Long> ends = GenerationConfig.read(job.base().folder()).stopTokens();
        try (Tokenizer tokenizer = Tokenizer.load(job.base().tokenizerFile())) {
            Samples samples = new Samples(tokenizer, job.format(), ends, job.maxLength());
            List<Sample> training = samples.of(job.training());
            List<Sample> validation = samples.of(job.validation());
            if (divergence.code() == Divergence.TOP_K) {
                training = training.stream().map(Sample::hinted).toList();
                validation = validation.stream().map(Sample::hinted).toList();
            }
            double cut = Preflight.check(training, validation, job.maxLength());
            listener.accept(reading(tokenizer, training));
            if (divergence.code() == Divergence.TOP_K) {
                tellOfHints(training, listener);
            }
            Map<Sample, ForeignReading> readings = new HashMap<>();
            if (job.teacher().isPresent() && isForeign(job, divergence)) {
                LocalTeacherFolder teacher = job.teacher().get();
                readings.putAll(readings(tokenizer, teacher, job, job.training(), training));
                readings.putAll(readings(tokenizer, teacher, job, job.validation(), validation));
            }
            return new CausalRows(training, validation, cut, ends, divergence, readings);
        }
    }

    /** Whether the teacher has a tokenizer of its own, which only one divergence allows. */
    private static boolean isForeign(CausalJob job, Divergence divergence) {
        Path own = job.base().tokenizerFile();
        Path other = job.teacher().orElseThrow().base().tokenizerFile();
        if (divergence.code() != Divergence.ULD) {
            Vocabulary.same(own, other);
            return false;
        }
        boolean foreign = !Vocabulary.isSame(own, other);
        if (foreign && job.causal().onPolicy().lambda() > 0) {
            throw refused(
                    "student.causal_lm.on_policy.lambda needs a teacher with the student's tokenizer",
                    "set student.causal_lm.on_policy.lambda: 0, or take another teacher");
        }
        return foreign;
    }

    private static Map<Sample, ForeignReading> readings(
            Tokenizer tokenizer,
            LocalTeacherFolder teacher,
            CausalJob job,
            List<ChatRow> rows,
            List<Sample> samples) {
        Set<Long> ends = GenerationConfig.read(teacher.base().folder()).stopTokens();
        Map<Sample, ForeignReading> readings = new HashMap<>();
        try (Tokenizer own = Tokenizer.load(teacher.base().tokenizerFile())) {
            // A teacher with smaller tokens needs more of them for what the student reads.
            int most = teacher.base().config().size().positions();
            Samples reader = new Samples(own, teacher.format(), ends, most);
            for (int i = 0; i < rows.size(); i++) {
                Sample theirs = reader.of(List.of(rows.get(i))).getFirst();
                readings.put(
                        samples.get(i), ForeignReading.of(samples.get(i), tokenizer, theirs, own));
            }
        }
        Preflight.check(
                readings.values().stream().map(ForeignReading::sample).toList(),
                readings.values().stream().map(ForeignReading::sample).toList(),
                job.teacher().orElseThrow().base().config().size().positions());
        return readings;
    }

    private static Divergence divergence(CausalJob job) {
        boolean topK = job.train().kd().loss() == Loss.TOPK_KL;
        if (job.teacher().isEmpty() && job.causal().onPolicy().lambda() > 0) {
            throw refused(
                    "student.causal_lm.on_policy.lambda needs a teacher in the process, got none",
                    "name the folder of one in student.causal_lm.teacher");
        }
        if (job.teacher().isPresent()) {
            if (topK) {
                throw refused(
                        "train.kd.loss: topk_kl is for a teacher that tells its likeliest tokens alone",
                        "a teacher in the process tells everything: use forward_kl or jsd");
            }
            return Divergence.of(job.train().kd());
        }
        if (!topK) {
            return Divergence.NONE;
        }
        if (job.training().stream().allMatch(row -> row.teacher().isEmpty())) {
            throw refused(
                    "train.kd.loss: topk_kl needs the teacher's log-probabilities of what is learned, none of the %,d training rows has them"
                            .formatted(job.training().size()),
                    "set teacher.top_logprobs where the teacher's API tells them, or leave train.kd.loss away to learn the answers alone");
        }
        return Divergence.of(job.train().kd());
    }

    private static UserError refused(String message, String hint) {
        return new UserError(ExitCode.INVALID_INPUT, Problem.of(message).withHint(hint));
    }

    private static TrainingEvent reading(Tokenizer tokenizer, List<Sample> training) {
        Sample first = training.getFirst();
        long[] tokens = first.tokens();
        return new TrainingEvent.Reading(
                training.size(),
                training.stream().mapToLong(s -> s.tokens().length).sum(),
                training.stream().mapToLong(Sample::targets).sum(),
                List.of(
                        new Piece(
                                tokenizer.wholeText(Arrays.copyOf(tokens, first.learned())), false),
                        new Piece(
                                tokenizer.wholeText(
                                        Arrays.copyOfRange(tokens, first.learned(), tokens.length)),
                                true)));
    }

    /** How far what an API told of its tokens can be used, and how much of it there is. */
    private static void tellOfHints(List<Sample> training, Consumer<TrainingEvent> listener) {
        List<Hint> hints =
                training.stream()
                        .flatMap(sample -> sample.hints().stream())
                        .filter(hint -> hint.ids().length > 0)
                        .toList();
        long all = training.stream().mapToLong(Sample::targets).sum();
        if (hints.isEmpty()) {
            throw refused(
                    "train.kd.loss: topk_kl learns nothing: none of the %,d trained tokens begins where a token of the teacher does"
                            .formatted(all),
                    "take a base whose tokenizer is nearer to the teacher's, or leave train.kd.loss away to learn the answers alone");
        }
        double mass = hints.stream().mapToDouble(Hint::mass).average().orElseThrow();
        if (mass < LEAST_MASS) {
            listener.accept(
                    new TrainingEvent.Note(
                            String.format(
                                    Locale.ROOT,
                                    "the teacher's log-probabilities hold %.2f of its mass on average, less than %.1f: raise teacher.top_logprobs",
                                    mass,
                                    LEAST_MASS)));
        }
        listener.accept(
                new TrainingEvent.Note(
                        "the teacher's log-probabilities belong to %,d of %,d trained tokens"
                                .formatted(hints.size(), all)));
    }

    /** The teacher in the process, if there is one. */
    Optional<LocalTeacher> teacher(NDManager manager, CausalJob job) {
        return job.teacher()
                .map(t -> LocalTeacher.load(manager, t.base(), job.precision(), readings));
    }

    /** The memory that a training on these rows takes in batches of so many. */
    MemoryPlan plan(
            CausalJob job, CausalStudent student, CausalLearner.Settings settings, int batchRows) {
        List<Sample> longest =
                training.stream()
                        .sorted(Comparator.comparingInt(Sample::length).reversed())
                        .limit(batchRows)
                        .toList();
        List<List<Sample>> rows =
                settings.width() > 0
                        ? Packing.rows(longest, settings.width())
                        : Packing.apart(longest);
        return CausalMemory.plan(
                student.config(),
                job.causal().method(),
                job.precision(),
                student.trained(),
                (long) rows.size() * Packing.width(rows),
                settings,
                job.teacher().map(t -> t.base().config().parameterCount()).orElse(0L));
    }
}
