package dev.distill.config;

/** Whether what is written about a task and its gate fits the kind of task. */
final class TaskCheck {
    private final JobConfig job;
    private final Findings findings;

    TaskCheck(JobConfig job, Findings findings) {
        this.job = job;
        this.findings = findings;
    }

    void run() {
        if (findings.doubtful("task.type") || findings.doubtful("task")) {
            return;
        }
        switch (job.task().type()) {
            case CLASSIFICATION -> classification();
            case GENERATION -> generation();
        }
    }

    private void classification() {
        if (job.task().labels().isEmpty() && !findings.doubtful("task.labels")) {
            findings.add(
                    "task.labels",
                    "is missing",
                    "name a text file with one label a line, or write type: generation");
        }
        unused("task.json", TaskConfig.Type.CLASSIFICATION, "it is for tasks of type generation");
        unused(
                "data.columns.answer",
                TaskConfig.Type.CLASSIFICATION,
                "the column is called label there");
        unused("gate.min_exact_match", TaskConfig.Type.CLASSIFICATION, "use min_accuracy");
        metric(GateConfig.Metric.ACCURACY);
    }

    private void generation() {
        unused("task.labels", TaskConfig.Type.GENERATION, "it is for tasks of type classification");
        unused(
                "data.columns.label",
                TaskConfig.Type.GENERATION,
                "the column is called answer there");
        unused("gate.min_accuracy", TaskConfig.Type.GENERATION, "use min_exact_match");
        metric(GateConfig.Metric.EXACT_MATCH);
    }

    private void unused(String key, TaskConfig.Type type, String hint) {
        if (findings.written(key)) {
            findings.add(key, "does nothing for a task of type " + Scalars.word(type), hint);
        }
    }

    private void metric(GateConfig.Metric own) {
        job.gate()
                .nonInferior()
                .flatMap(GateConfig.NonInferior::metric)
                .filter(metric -> metric != own)
                .ifPresent(
                        metric ->
                                findings.add(
                                        "gate.non_inferior.metric",
                                        "is %s, which a task of type %s does not have"
                                                .formatted(
                                                        Scalars.word(metric),
                                                        Scalars.word(job.task().type())),
                                        "use " + Scalars.word(own)));
    }
}
