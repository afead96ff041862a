package dev.distill.config;

import java.util.Optional;

/**
 * A job file: what to distil, from which teacher, into which student, and when it is good enough.
 */
@Doc("A distillation job.")
public record JobConfig(
        @Doc("Version of this file format.") @AtLeast(1) @AtMost(1) int version,
        @Doc("Name of the job; its runs live in runs/<name>/.") String name,
        @Doc("The task that teacher and student both do.") TaskConfig task,
        @Doc("Where the requests and the gold items are.") DataConfig data,
        @Doc("How the teacher is asked.") @Default("{}") TeacherConfig teacher,
        @Doc("Which answers become training rows.") @Default("{}") CurateConfig curate,
        @Doc("What is trained.") @Default("{}") StudentConfig student,
        @Doc("How it is trained.") @Default("{}") TrainConfig train,
        @Doc("How teacher and student are compared.") @Default("{}") EvaluateConfig evaluate,
        @Doc("When the student is good enough to be published.") @Default("{}") GateConfig gate,
        @Doc("Where the student goes.") @Default("{}") PublishConfig publish,
        @Doc("A proxy file (the proxy then runs inside this command) or the http URL of a proxy.")
                Optional<String> proxy) {}
