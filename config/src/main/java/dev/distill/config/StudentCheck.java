package dev.distill.config;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Whether what is written about a student and its training means something for its kind. */
final class StudentCheck {
    private static final Pattern DEVICE = Pattern.compile("auto|cpu|cuda:[0-9]{1,2}");

    private final JobConfig job;
    private final Findings findings;

    StudentCheck(JobConfig job, Findings findings) {
        this.job = job;
        this.findings = findings;
    }

    void run() {
        if (!findings.doubtful("train.device") && !DEVICE.matcher(job.train().device()).matches()) {
            findings.add(
                    "train.device",
                    "must be auto, cpu or cuda:N, got " + job.train().device(),
                    "for example device: cuda:0");
        }
        if (findings.doubtful("student.kind")) {
            return;
        }
        boolean writes = job.task().type() == TaskConfig.Type.GENERATION;
        if (writes
                && job.student().kind() != StudentConfig.Kind.CAUSAL_LM
                && !findings.doubtful("task.type")) {
            findings.add(
                    "student.kind",
                    "is %s, which only names labels, but the task is to write answers"
                            .formatted(job.student().kind().word()),
                    "use kind: causal-lm");
        }
        if (job.student().kind() == StudentConfig.Kind.AUTO) {
            if (!findings.doubtfulUnder("gate") && job.gate().isEmpty()) {
                findings.add(
                        "student.kind",
                        "is auto, which tries one student after another until the gate passes, but the gate has no condition",
                        "for example gate: { non_inferior: { margin: 0.02 } }");
            }
            return;
        }
        keys("student", StudentConfig.class);
        keys("train", TrainConfig.class);
    }

    private void keys(String prefix, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            String key = prefix + "." + RecordBinder.keyOf(component);
            OnlyFor only = component.getAnnotation(OnlyFor.class);
            if (only == null || !findings.written(key)) {
                continue;
            }
            List<StudentConfig.Kind> kinds = List.of(only.value());
            if (!kinds.contains(job.student().kind())) {
                findings.add(
                        key,
                        "does nothing for a student of kind " + job.student().kind().word(),
                        "remove it; it is for " + words(only));
            }
        }
    }

    /** The kinds that a key is for, as a person lists them. */
    static String words(OnlyFor only) {
        return Arrays.stream(only.value())
                .map(StudentConfig.Kind::word)
                .collect(Collectors.joining(", "));
    }
}
