package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ConfigText;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.evaluation.Headline;
import dev.distill.evaluation.Ladder;
import dev.distill.evaluation.Outcome;
import dev.distill.evaluation.Report;
import dev.distill.evaluation.ReportData;
import dev.distill.files.AtomicFile;
import dev.distill.models.FolderRegistry;
import dev.distill.trainer.OutOfMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Runs a job from its file to its report. */
public final class JobRunner {
    private final StateFolder state;
    private final Path runs;
    private final Events watcher;
    private final StopSignal stop;
    private final InstantSource clock = InstantSource.system();

    /**
     * @param home the state folder, shared by all jobs
     * @param runs where run folders are made
     * @param watcher told of everything that happens
     * @param stop when set, the run saves what it has and ends
     */
    public JobRunner(Path home, Path runs, Events watcher, StopSignal stop) {
        this.state = new StateFolder(home);
        this.runs = runs;
        this.watcher = watcher;
        this.stop = stop;
    }

    /**
     * How a run ended that came to its report.
     *
     * @param code OK, or what the gate says
     * @param message the verdict in a sentence
     */
    public record Result(ExitCode code, String message, Path report) {}

    /**
     * Runs a job.
     *
     * @throws UserError when it cannot come to its report; what was paid for or computed is kept
     */
    public Result run(Path jobFile) throws InterruptedException {
        Job job = Job.read(jobFile);
        Instant now = clock.instant();
        new RunContext(job, state, watcher, stop).checkStudent();
        RunFolder folder = RunFolder.create(runs, job.config().name(), now);
        AtomicFile.write(folder.file("job.lock.yaml"), ConfigText.yaml(job.config()));
        try (EventLog log = new EventLog(folder.file("events.jsonl"), clock)) {
            RunContext context = new RunContext(job, state, log.and(watcher), stop);
            context.events()
                    .emit(
                            new RunEvent.RunStarted(
                                    job.config().name(), folder.id(), folder.folder()));
            try {
                Result result = run(context, folder, now);
                finish(context, result.code(), result.message(), Optional.of(result.report()));
                return result;
            } catch (UserError e) {
                finish(context, e.code(), String.valueOf(e.getMessage()), Optional.empty());
                throw e;
            } catch (RuntimeException e) {
                finish(context, ExitCode.INTERNAL, e.toString(), Optional.empty());
                throw e;
            }
        }
    }

    private static void finish(
            RunContext context, ExitCode code, String message, Optional<Path> report) {
        context.events().emit(new RunEvent.RunFinished(code, message, report));
    }

    private Result run(RunContext context, RunFolder folder, Instant now)
            throws InterruptedException {
        // 1. The stages, each computed or found.
        Stages stages = new Stages(context);
        StageStore store = new StageStore(state.folder());
        Optional<Stage> next = Optional.of(stages.first());
        while (next.isPresent()) {
            StageOutput output = output(context, store, next.get());
            next = stages.after(output);
            if (output.stage().equals(EvaluateStage.NAME) && context.kinds().size() > 1) {
                Ladder.Rung judged = stages.rungs().getLast().judged();
                context.events()
                        .emit(new RunEvent.StudentJudged(judged, next.flatMap(Stage::student)));
            }
        }

        // 2. What came out, in one place.
        Reporting reporting = new Reporting(context, stages);
        ReportData data = reporting.data(folder.id(), now);
        Publication publication = new Publication(context, stages);
        link(folder, stages);
        publication.writePackage(folder.file("model"), data.evaluation().comparison());
        Report.write(data, folder.folder());

        // 3. Published, if the gate says so.
        Outcome outcome = data.verdict().outcome();
        String message = Headline.of(data);
        if (outcome == Outcome.PASS) {
            context.stop().check("the student was not published");
            FolderRegistry.Entry entry = publication.publish(folder.file("model"));
            String alias = context.job().config().publish().alias();
            message += "%npublished: %s@%s (%s)".formatted(entry.name(), alias, entry.digest());
        }
        ExitCode code = outcome.exitCode();
        folder.finish(context.job().config().name(), stages.outputs(), code.code());
        return new Result(code, message, folder.file("report.html"));
    }

    private static StageOutput output(RunContext context, StageStore store, Stage stage)
            throws InterruptedException {
        context.stop().check("everything up to the " + stage.name() + " stage is kept");
        ObjectNode inputs = stage.inputs();
        String key = Stages.key(stage.name(), inputs).hex();
        context.events().emit(new RunEvent.StageStarted(stage.name(), stage.student(), key));
        StageOutput output = computed(store, stage, inputs);
        context.events().emit(new RunEvent.StageFinished(output));
        return output;
    }

    /** Memory that runs out where smaller batches do not help is no defect of ours. */
    private static StageOutput computed(StageStore store, Stage stage, ObjectNode inputs)
            throws InterruptedException {
        try {
            return store.output(stage, inputs);
        } catch (RuntimeException | OutOfMemoryError e) {
            Optional<String> complaint = OutOfMemory.complaint(e);
            if (e instanceof UserError || complaint.isEmpty() || stage.student().isEmpty()) {
                throw e;
            }
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.of(
                                    "there is too little memory for the %s stage: %s"
                                            .formatted(stage.name(), complaint.get().strip()))
                            .withHint(
                                    "what was saved is kept: run again with more memory to go on, or lower student.max_length or take a smaller base"),
                    e);
        }
    }

    /** Brings TensorBoard's files into the run, where each kind of student is a run of its own. */
    private static void linkEvents(RunFolder folder, StageOutput train) {
        Path events = train.file(TrainStage.TENSORBOARD);
        if (Files.isDirectory(events)) {
            folder.link(events, TrainStage.TENSORBOARD + "/" + train.student().orElseThrow());
        }
    }

    private static void link(RunFolder folder, Stages stages) {
        StageOutput query = stages.output(QueryStage.NAME);
        StageOutput curate = stages.output(CurateStage.NAME);
        StageOutput evaluate = stages.output(EvaluateStage.NAME);
        folder.link(query.file(QueryStage.FAILED), "dataset/failed.parquet");
        folder.link(curate.folder(), "dataset");
        TrainStage.metrics(stages.output(TrainStage.NAME))
                .ifPresent(metrics -> folder.link(metrics, TrainStage.METRICS));
        stages.rungs().stream().map(Rung::train).forEach(train -> linkEvents(folder, train));
        folder.link(evaluate.file(EvaluateStage.PREDICTIONS), "evaluation/predictions.parquet");
        folder.link(evaluate.file(EvaluateStage.LATENCY), "evaluation/latency.json");
        stages.rungs().stream()
                .map(Rung::evaluate)
                .filter(other -> !other.key().equals(evaluate.key()))
                .forEach(
                        other ->
                                folder.link(
                                        other.folder(),
                                        "evaluation/" + other.student().orElseThrow()));
    }
}
