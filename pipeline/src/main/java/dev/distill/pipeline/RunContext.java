package dev.distill.pipeline;

import dev.distill.config.StudentConfig;
import dev.distill.config.UserError;
import dev.distill.models.Base;
import dev.distill.models.Bases;
import dev.distill.models.Torch;
import dev.distill.models.causal.CausalBase;
import dev.distill.models.causal.CausalPackage;
import dev.distill.models.chat.ChatTemplate;
import dev.distill.models.hub.Hub;
import dev.distill.models.hub.HubReference;
import dev.distill.models.hub.HubSettings;
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
    private static final String TEACHER = "student.causal_lm.teacher";

    /**
     * What the student starts from; a path is relative to the job file.
     *
     * @throws dev.distill.config.UserError when there is no such base
     */
    Base base() {
        String written = job.config().student().base();
        String name =
                written.equals(Bases.MINILM) ? written : folder(written, "student.base").toString();
        Base base = new Bases(state.bases()).resolve(name);
        return HubReference.is(written) ? named(written, base.folder()) : base;
    }

    /** A base from the hub bears its commit, whatever it was asked for by. */
    private Base named(String written, Path folder) {
        String repository = written.replaceAll("@.*", "");
        return new Base("%s@%s".formatted(repository, folder.getFileName()), folder);
    }

    /** The folder of a base: beside the job, or what was fetched from the hub. */
    private Path folder(String written, String key) {
        if (!HubReference.is(written)) {
            return besideJob(written);
        }
        HubReference reference = HubReference.parse(written, job.file().at(key));
        return hub().find(reference)
                .orElseThrow(
                        () ->
                                UserError.invalid(
                                        reference.written(),
                                        reference + " has not been fetched yet",
                                        "distill run fetches it"));
    }

    private Hub hub() {
        return new Hub(state.hub(), HubSettings.of(System.getenv()), Thread::sleep, stop);
    }

    /** Fetches a base that is on the hub. */
    private void fetch(String written, String key) {
        if (HubReference.is(written)) {
            hub().fetch(HubReference.parse(written, job.file().at(key)));
        }
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
        return causal(causalWritten(), causalKey());
    }

    /**
     * The language model that teaches from within the process, if the job names one.
     *
     * @throws UserError when there is no such folder
     */
    Optional<CausalBase> causalTeacher() {
        return teacherWritten().map(written -> causal(written, TEACHER));
    }

    private Optional<String> teacherWritten() {
        return job.config().student().causalLmSettings().teacher();
    }

    private CausalBase causal(String written, String key) {
        Path folder = folder(written, key);
        if (!Files.isDirectory(folder)) {
            throw UserError.invalid(
                    job.file().at(key),
                    key + " names " + folder + ", which is no folder",
                    "name a folder in the Hugging Face layout, or hf://org/name@revision");
        }
        return new CausalBase(folder);
    }

    /** What a causal-lm starts from, as the job has it. */
    private String causalWritten() {
        StudentConfig student = job.config().student();
        return student.causalBase().orElse(student.base());
    }

    private String causalKey() {
        return job.config().student().kind() == StudentConfig.Kind.AUTO
                ? "student.causal_base"
                : "student.base";
    }

    /** The folder that a student of a kind starts from, if it starts from anything. */
    Optional<Base> base(StudentConfig.Kind kind) {
        return switch (kind) {
            case LINEAR -> Optional.empty();
            case HEAD, ENCODER, AUTO -> Optional.of(base());
            case CAUSAL_LM -> {
                Path folder = causalBase().folder();
                String written = causalWritten();
                yield Optional.of(
                        HubReference.is(written)
                                ? named(written, folder)
                                : new Base(String.valueOf(folder.getFileName()), folder));
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
     * <p>Chooses the device and fetches the bases, and the teacher, that are on the hub.
     *
     * @throws UserError when there is no such device or base, or the base cannot read texts of that
     *     length
     */
    void checkStudent() {
        useDevice();
        if (kinds().contains(StudentConfig.Kind.HEAD)
                || kinds().contains(StudentConfig.Kind.ENCODER)) {
            fetch(job.config().student().base(), "student.base");
            checkEncoder();
        }
        if (kinds().contains(StudentConfig.Kind.CAUSAL_LM)) {
            fetch(causalWritten(), causalKey());
            checkDecoder(causalBase());
            checkPositions(causalBase().config().size().positions());
            teacherWritten().ifPresent(written -> fetch(written, TEACHER));
            causalTeacher().ifPresent(this::checkTeacher);
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

    /** Its files are read again when they are needed, which is after the answers are paid for. */
    private static void checkDecoder(CausalBase decoder) {
        var _ = decoder.config();
        var _ = ChatTemplate.load(decoder.folder(), CausalPackage.CLOCK);
    }

    private void checkTeacher(CausalBase teacher) {
        checkDecoder(teacher);
        if (!teacher.hasWeights()) {
            throw UserError.invalid(
                    job.file().at(TEACHER),
                    TEACHER + " names " + teacher.folder() + ", which has no weights",
                    "a teacher needs model.safetensors, or several files with their index");
        }
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
