package dev.distill.config;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a job's training of one kind of student is set to, by the keys of the job file. */
public final class KindSettings {
    private final StudentConfig.Kind kind;
    private final Map<String, String> settings = new TreeMap<>();

    private KindSettings(StudentConfig.Kind kind) {
        this.kind = kind;
    }

    /**
     * The keys of {@code student} and {@code train} that mean something to the kind, with their
     * values, written or not.
     *
     * @param kind one that is trained, where the job may say {@code auto}
     */
    public static Map<String, String> of(JobConfig job, StudentConfig.Kind kind) {
        KindSettings all = new KindSettings(kind);
        all.record("student", named(job.student(), kind));
        all.record("train", job.train());
        return Map.copyOf(all.settings);
    }

    /** With the kind itself, its base and its defaults. */
    private static StudentConfig named(StudentConfig student, StudentConfig.Kind kind) {
        boolean causal = kind == StudentConfig.Kind.CAUSAL_LM;
        return new StudentConfig(
                kind,
                causal ? student.causalBase().orElse(student.base()) : student.base(),
                student.pooling(),
                student.maxLength(),
                Optional.of(student.linearSettings()),
                Optional.of(student.headSettings()),
                Optional.of(student.causalLmSettings()),
                Optional.empty());
    }

    private void record(String prefix, Record config) {
        Map<String, Object> values = ConfigText.map(config);
        for (RecordComponent component : config.getClass().getRecordComponents()) {
            OnlyFor only = component.getAnnotation(OnlyFor.class);
            Object value = values.get(RecordBinder.keyOf(component));
            if (value != null && (only == null || List.of(only.value()).contains(kind))) {
                put(prefix + "." + RecordBinder.keyOf(component), value);
            }
        }
    }

    private void put(String key, Object value) {
        if (value instanceof Map<?, ?> inner) {
            inner.forEach((name, of) -> put(key + "." + name, of));
        } else {
            settings.put(key, value.toString());
        }
    }
}
