package dev.distill.pipeline;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.TeacherConfig;
import dev.distill.config.UserError;
import dev.distill.datasets.RejectedRow;
import dev.distill.datasets.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Asks the teacher about many requests at once through the proxy, which stores every answer before
 * it hands it on. A request that fails is set aside; when too many fail, or the budget is reached,
 * or the user stops the run, no more are sent and those in flight are waited for.
 */
final class Teacher {
    /** So many requests go first: when all of them fail, the rest is not even tried. */
    private static final int CANARY = 5;

    private static final int ENOUGH_TO_JUDGE = 20;

    private final Job job;
    private final ChatClient client;
    private final Events events;
    private final StopSignal stop;

    Teacher(RunContext context, ChatClient client) {
        this.job = context.job();
        this.client = client;
        this.events = context.events();
        this.stop = context.stop();
    }

    /**
     * What came back.
     *
     * @param answers one for each request, in their order; empty where a request failed
     * @param failed requests without an answer, in their order
     * @param calls answers that were not in the store
     * @param spentNanoUsd what these calls cost, as far as it is known
     */
    record Survey(
            List<Optional<TeacherAnswer>> answers,
            List<RejectedRow> failed,
            long calls,
            long spentNanoUsd) {}

    /**
     * Asks.
     *
     * @param stage the stage that events are reported for
     * @throws UserError when the run has to end early; everything answered so far is stored
     */
    Survey ask(String stage, List<Request> requests) throws InterruptedException {
        Session session = new Session(stage, requests);
        int canary = Math.min(CANARY, requests.size());
        session.send(0, canary);
        session.send(canary, requests.size());
        return session.survey();
    }

    /** One survey in the making. */
    private final class Session {
        private final String stage;
        private final List<Request> requests;
        private final @Nullable TeacherAnswer[] answers;
        private final @Nullable RejectedRow[] failed;
        private final SurveyProgress progress;
        private @Nullable RuntimeException end;

        Session(String stage, List<Request> requests) {
            this.stage = stage;
            this.requests = requests;
            this.answers = new TeacherAnswer[requests.size()];
            this.failed = new RejectedRow[requests.size()];
            this.progress = new SurveyProgress(stage, requests.size(), events);
        }

        /** Sends the requests from {@code from} to {@code to} and waits for all of them. */
        void send(int from, int to) throws InterruptedException {
            Semaphore slots = new Semaphore(job.config().teacher().concurrency());
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = from; i < to && ended() == null; i++) {
                    slots.acquire();
                    int row = i;
                    threads.execute(
                            () -> {
                                try {
                                    one(row);
                                } finally {
                                    slots.release();
                                }
                            });
                }
            }
            RuntimeException why = ended();
            if (why != null) {
                throw why;
            }
        }

        private void one(int row) {
            try {
                if (ended() == null) {
                    TeacherConfig teacher = job.config().teacher();
                    String text = requests.get(row).text();
                    record(
                            row,
                            client.ask(
                                    Prompt.request(
                                            teacher.route(), job.systemPrompt(), text, teacher)));
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                end(e);
            }
        }

        private synchronized void end(RuntimeException why) {
            end = end == null ? why : end;
        }

        private synchronized void record(int row, ChatClient.Reply reply) {
            Request request = requests.get(row);
            switch (reply) {
                case ChatClient.Reply.Answered answered -> {
                    TeacherAnswer answer = TeacherAnswer.of(request, answered, job.format());
                    answers[row] = answer;
                    progress.answered(answer);
                }
                case ChatClient.Reply.Refused refused -> {
                    failed[row] =
                            new RejectedRow(
                                    request.id(),
                                    request.text(),
                                    stage,
                                    refused.code() + ": " + refused.message(),
                                    Optional.empty());
                    progress.failed();
                    end = end == null ? Refusals.fatal(job, refused).orElse(null) : end;
                    judge(refused);
                }
            }
        }

        /** Ends the survey when so many requests fail that going on is a waste. */
        private void judge(ChatClient.Reply.Refused last) {
            long done = progress.done();
            boolean allFailed = progress.failures() == done;
            boolean canaryDied = allFailed && (done == CANARY || done == requests.size());
            boolean tooMany =
                    done >= ENOUGH_TO_JUDGE
                            && progress.recentFailureShare()
                                    > job.config().teacher().maxFailureShare();
            if (end == null && (canaryDied || tooMany)) {
                end =
                        new UserError(
                                ExitCode.REMOTE_FAILED,
                                Problem.of(
                                                "%d of the %d requests sent to the teacher failed, the last with %s: %s"
                                                        .formatted(
                                                                progress.failures(),
                                                                done,
                                                                last.code(),
                                                                last.message()))
                                        .withHint(
                                                "answers received so far are stored; mend the provider and run again"));
            }
        }

        private synchronized @Nullable RuntimeException ended() {
            if (end == null && stop.getAsBoolean()) {
                end =
                        StopSignal.interrupted(
                                "%d of %d answers of the %s stage are stored"
                                        .formatted(progress.answers(), requests.size(), stage));
            }
            return end;
        }

        synchronized Survey survey() {
            progress.finished();
            List<Optional<TeacherAnswer>> answered = new ArrayList<>();
            List<RejectedRow> rejected = new ArrayList<>();
            for (int i = 0; i < answers.length; i++) {
                answered.add(Optional.ofNullable(answers[i]));
                RejectedRow row = failed[i];
                if (row != null) {
                    rejected.add(row);
                } else if (answers[i] == null) {
                    throw new IllegalStateException(
                            "row " + i + " was neither answered nor failed");
                }
            }
            return new Survey(answered, rejected, progress.calls(), progress.spentNanoUsd());
        }
    }
}
