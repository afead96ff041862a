package dev.distill.cli;

import dev.distill.config.ExitCode;
import dev.distill.files.Json;
import dev.distill.pipeline.Events;
import dev.distill.pipeline.JobRunner;
import dev.distill.pipeline.StopSignal;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code distill run}: runs a job to its report. */
@Command(
        name = "run",
        description = {
            "Run a job: ask the teacher, train the student, compare both, publish.",
            "Nothing is computed or paid for twice; run it again to go on after an interruption."
        })
final class RunCommand implements Callable<Integer> {
    /** As long as a training step, a checkpoint or the calls in flight may take at worst. */
    private static final long MOST_SECONDS_TO_SAVE = 180;

    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "JOB", description = "The job file.")
    private Path job = Path.of("job.yaml");

    @Mixin private Folders folders = new Folders();

    @Option(
            names = "--json",
            description = "Print the run's events on standard output, one JSON object a line.")
    private boolean json;

    RunCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        StopSignal stop = new StopSignal();
        CountDownLatch ended = new CountDownLatch(1);
        Thread onSignal = new Thread(() -> saveAndEnd(stop, ended), "stop");
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            JobRunner.Result result =
                    new JobRunner(folders.home.folder, folders.runs, events(), stop).run(job);
            if (!json) {
                print(result);
            }
            return result.code().code();
        } catch (RuntimeException e) {
            return new ErrorPrinter(terminal.err()).print(e);
        } finally {
            ended.countDown();
            removeHook(onSignal);
        }
    }

    private Events events() {
        Events toPerson = new ProgressPrinter(terminal);
        if (!json) {
            return toPerson;
        }
        return toPerson.and(
                event -> {
                    synchronized (terminal) {
                        terminal.out().println(Json.line(event.toJson()));
                        terminal.out().flush();
                    }
                });
    }

    private void print(JobRunner.Result result) {
        terminal.out().println(result.message());
        terminal.out().println("report: " + result.report());
        terminal.out().flush();
    }

    /** Runs on Ctrl-C: lets the stage save what it has, then lets the process end. */
    private void saveAndEnd(StopSignal stop, CountDownLatch ended) {
        stop.request();
        try {
            if (!ended.await(MOST_SECONDS_TO_SAVE, TimeUnit.SECONDS)) {
                terminal.err().println("error: could not save in time; run again to go on");
                terminal.err().flush();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(ExitCode.INTERRUPTED.code());
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The process is ending because of the signal: the hook is what ends it.
        }
    }
}
