package dev.distill.pipeline;

import dev.distill.config.StudentConfig;
import dev.distill.config.UserError;
import dev.distill.models.Base;
import dev.distill.models.Bases;
import dev.distill.models.Torch;
import dev.distill.models.causal.CausalBase;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the stages of a run share.
 *
 * @param events told of everything that happens
 * @param stop says when to save and end
 */
record RunContext(Job job, StateFolder state, Events events, StopSignal stop) {
    /**
     * What the student starts from; a path is relative to the job file.
     *
     * @throws dev.distill.config.UserError when there is no such base
     */
    Base base() {
        String written = job.config().student().base();
        String name = written.equals(Bases.MINILM) ? written : besideJob(written).toString();
        return new Bases(state.bases()).resolve(name);
    }

    /** A path that the job names, which is relative to its file. */
    Path besideJob(String written) {
        return job.file().file().resolveSibling(written).normalize();
    }

    /**
     * What a causal-lm starts from.
     *
     * @throws UserError when there is no such folder, or it holds no decoder
     */
    CausalBase causalBase() {
        StudentConfig student = job.config().student();
        String key =
                student.kind() == StudentConfig.Kind.AUTO ? "student.causal_base" : "student.base";
        Path folder = besideJob(student.causalBase().orElse(student.base()));
        if (!Files.isDirectory(folder)) {
            throw UserError.invalid(
                    job.file().at(key),
                    key + " names " + folder + ", which is no folder",
                    "a causal-lm starts from a folder in the Hugging Face layout");
        }
        return new CausalBase(folder);
    }

    /** The folder that a student of a kind starts from, if it starts from anything. */
    Optional<Base> base(StudentConfig.Kind kind) {
        return switch (kind) {
            case LINEAR -> Optional.empty();
            case HEAD, ENCODER, AUTO -> Optional.of(base());
            case CAUSAL_LM -> {
                Path folder = causalBase().folder();
                yield Optional.of(new Base(String.valueOf(folder.getFileName()), folder));
            }
        };
    }

    /** The kinds of student to try, the smallest first. */
    List<StudentConfig.Kind> kinds() {
        StudentConfig.Kind kind = job.config().student().kind();
        return switch (kind) {
            case LINEAR, HEAD, ENCODER, CAUSAL_LM -> List.of(kind);
            case AUTO -> {
                List<StudentConfig.Kind> kinds =
                        new ArrayList<>(
                                List.of(
                                        StudentConfig.Kind.LINEAR,
                                        StudentConfig.Kind.HEAD,
                                        StudentConfig.Kind.ENCODER));
                if (job.config().student().causalBase().isPresent()) {
                    kinds.add(StudentConfig.Kind.CAUSAL_LM);
                }
                yield kinds;
            }
        };
    }

    /**
     * Looks at what is wrong with the student before anything is asked or paid for.
     *
     * Chooses the device too.
     *
     * @throws UserError when there is no such device or base, or the base cannot read texts of that
     *     length
     */
    void checkStudent() {
        useDevice();
        if (kinds().contains(StudentConfig.Kind.HEAD)
                || kinds().contains(StudentConfig.Kind.ENCODER)) {
            checkEncoder();
        }
        if (kinds().contains(StudentConfig.Kind.CAUSAL_LM)) {
            checkPositions(causalBase().config().size().positions());
        }
    }

    /** A linear student needs no libtorch at all. */
    void useDevice() {
        if (!kinds().equals(List.of(StudentConfig.Kind.LINEAR))) {
            Torch.use(job.config().train().device(), job.file().at("train.device"));
        }
    }

    private void checkEncoder() {
        checkPositions(base().config().size().positions());
    }

    private void checkPositions(int longest) {
        int wanted = job.config().student().maxLength();
        if (wanted > longest) {
            throw UserError.invalid(
                    job.file().at("student.max_length"),
                    "student.max_length must be <= %d for this base, got %d"
                            .formatted(longest, wanted));
        }
    }
}
