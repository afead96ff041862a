package dev.distill.pipeline;

import dev.distill.config.StudentConfig;
import dev.distill.config.UserError;
import dev.distill.models.Base;
import dev.distill.models.Bases;

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
        String name =
                written.equals(Bases.MINILM)
                        ? written
                        : job.file().file().resolveSibling(written).normalize().toString();
        return new Bases(state.bases()).resolve(name);
    }

    /** What a student of a kind starts from, if it starts from anything. */
    Optional<Base> base(StudentConfig.Kind kind) {
        return switch (kind) {
            case LINEAR -> Optional.empty();
            case ENCODER, AUTO -> Optional.of(base());
        };
    }

    /** The kinds of student to try, the smallest first. */
    List<StudentConfig.Kind> kinds() {
        StudentConfig.Kind kind = job.config().student().kind();
        return switch (kind) {
            case LINEAR, ENCODER -> List.of(kind);
            case AUTO -> List.of(StudentConfig.Kind.LINEAR, StudentConfig.Kind.ENCODER);
        };
    }

    /**
     * Looks at what is wrong with the student before anything is asked or paid for.
     *
     * @throws UserError when there is no such base, or it cannot read texts of that length
     */
    void checkStudent() {
        if (kinds().contains(StudentConfig.Kind.ENCODER)) {
            checkEncoder();
        }
    }

    private void checkEncoder() {
        int longest = base().config().size().positions();
        int wanted = job.config().student().maxLength();
        if (wanted > longest) {
            throw UserError.invalid(
                    job.file().at("student.max_length"),
                    "student.max_length must be <= %d for this base, got %d"
                            .formatted(longest, wanted));
        }
    }
}
