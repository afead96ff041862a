package dev.distill.config;

import dev.distill.config.StudentConfig.Kind;
import dev.distill.config.TrainConfig.Loss;

/** Whether the student can follow the teacher by the divergence that is written. */
final class DistillationCheck {
    private static final String KD = "train.kd";
    private static final String LOSS = "train.kd.loss";
    private static final String TEMPERATURE = "train.kd.temperature";
    private static final String TOP_LOGPROBS = "teacher.top_logprobs";

    private final JobConfig job;
    private final Findings findings;
    private final Loss loss;

    DistillationCheck(JobConfig job, Findings findings) {
        this.job = job;
        this.findings = findings;
        this.loss = job.train().kd().loss();
    }

    void run() {
        if (findings.doubtful(LOSS) || findings.doubtful("student.kind")) {
            return;
        }
        switch (job.student().kind()) {
            case LINEAR -> {} // has no train.kd at all
            case HEAD -> classifier(loss == Loss.FORWARD_KL, "use forward_kl, or kind: encoder");
            case AUTO ->
                    classifier(loss == Loss.FORWARD_KL, "use forward_kl, which all kinds know");
            case ENCODER ->
                    classifier(
                            loss != Loss.TOPK_KL && loss != Loss.ULD,
                            "teacher and student have the same labels: use forward_kl");
            case CAUSAL_LM -> {
                if (!findings.doubtfulUnder("student.causal_lm")) {
                    languageModel(job.student().causalLmSettings().teacher().isPresent());
                }
            }
        }
    }

    private void classifier(boolean known, String hint) {
        if (!known) {
            findings.add(
                    LOSS,
                    "is %s, which a student of kind %s cannot learn by"
                            .formatted(Scalars.word(loss), job.student().kind().word()),
                    hint);
        }
    }

    private void languageModel(boolean teacherInTheProcess) {
        if (loss == Loss.TOPK_KL) {
            if (teacherInTheProcess) {
                findings.add(
                        LOSS,
                        "is topk_kl, which is for a teacher that tells its likeliest tokens alone",
                        "a teacher in the process tells everything: use forward_kl or jsd");
            } else {
                likeliestTokens();
            }
        } else if (!teacherInTheProcess && findings.written(LOSS)) {
            findings.add(
                    LOSS,
                    "is %s, which needs a teacher that tells everything"
                            .formatted(Scalars.word(loss)),
                    "name one in student.causal_lm.teacher, or use topk_kl");
        } else if (!teacherInTheProcess && findings.written(KD)) {
            findings.add(
                    KD,
                    "does nothing for a %s that learns the teacher's answers alone"
                            .formatted(Kind.CAUSAL_LM.word()),
                    "write loss: topk_kl, or name a teacher in student.causal_lm.teacher");
        }
    }

    private void likeliestTokens() {
        if (job.teacher().topLogprobs() == 0 && !findings.doubtful(TOP_LOGPROBS)) {
            findings.add(
                    TOP_LOGPROBS,
                    "is 0, but train.kd.loss: topk_kl learns from log-probabilities",
                    "for example top_logprobs: 20");
        }
        double temperature = job.train().kd().temperature();
        if (findings.written(TEMPERATURE) && temperature != 1) {
            findings.add(
                    TEMPERATURE,
                    "must be 1 for topk_kl, got " + temperature,
                    "remove it: an API tells log-probabilities at temperature 1");
        }
    }
}
