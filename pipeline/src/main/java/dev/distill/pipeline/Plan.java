package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.datasets.Request;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.proxy.Forecast;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What a run of a job would do, found out from files alone: nothing is asked and nothing is
 * written.
 *
 * @param steps the stages in order
 * @param calls what the teacher would be asked
 */
public record Plan(List<Step> steps, Calls calls) {
    public Plan {
        steps = List.copyOf(steps);
    }

    /**
     * A stage, what would happen to it, and why.
     *
     * @param student the kind of student that it is about, if it is about one
     */
    public record Step(String stage, Optional<String> student, Action action, String reason) {
        private static Step of(Stages.Name name, Action action, String reason) {
            return new Step(name.stage(), name.student(), action, reason);
        }

        /** What people call it, such as {@code train linear}. */
        public String title() {
            return student.map(kind -> stage + " " + kind).orElse(stage);
        }
    }

    /** What would happen to a stage. */
    public enum Action {
        RUN,
        REUSE;

        /** The word for people and programs. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Calls to the teacher, for training rows and gold items.
     *
     * @param requests all different rows to be answered
     * @param stored rows whose answer is paid for already
     * @param missing calls left to make; equal rows share one
     * @param worstNanoUsd the most they can cost, when that is known
     * @param typicalNanoUsd what they would cost by the answers stored so far
     * @param unknownBecause why the cost is not known, or empty
     */
    public record Calls(
            long requests,
            long stored,
            long missing,
            OptionalLong worstNanoUsd,
            OptionalLong typicalNanoUsd,
            String unknownBecause) {}

    /** Plans a run. */
    public static Plan of(Job job, Path home) {
        RunContext context = new RunContext(job, new StateFolder(home), _ -> {}, new StopSignal());
        context.useDevice();
        StageStore store = new StageStore(home);
        List<Step> steps = new ArrayList<>();
        Stages stages = new Stages(context);
        Optional<Stage> next = Optional.of(stages.first());
        while (next.isPresent()) {
            Stage stage = next.get();
            Digest key = Stages.key(stage.name(), stage.inputs());
            Optional<StageOutput> found = store.find(stage.name(), key);
            Optional<StageOutput> output = found.filter(stage::complete);
            if (output.isEmpty()) {
                steps.add(
                        Step.of(
                                Stages.Name.of(stage),
                                Action.RUN,
                                found.isPresent()
                                        ? "some rows have failed and are asked again"
                                        : "no output for these inputs yet"));
                break;
            }
            steps.add(Step.of(Stages.Name.of(stage), Action.REUSE, "output " + key.brief()));
            next = stages.after(output.get());
        }
        if (steps.getLast().action() == Action.RUN) {
            Step first = steps.getLast();
            List<Stages.Name> names = stages.names();
            Optional<String> student = names.get(Math.max(steps.size() - 1, 2)).student();
            names.stream()
                    .skip(steps.size())
                    .forEach(
                            name ->
                                    steps.add(
                                            Step.of(
                                                    name,
                                                    Action.RUN,
                                                    reason(name, first, student))));
        }
        steps.add(
                new Step(
                        Publication.NAME,
                        Optional.empty(),
                        Action.RUN,
                        "when the gate passes; an equal package is not copied again"));
        return new Plan(steps, calls(job, context, steps));
    }

    /**
     * @param first the first step that has to run
     * @param student the kind of student that will be tried in any case
     */
    private static String reason(Stages.Name name, Step first, Optional<String> student) {
        return name.student().isEmpty() || name.student().equals(student)
                ? "needs the output of " + first.title()
                : "unless a smaller student passes the gate";
    }

    private static Calls calls(Job job, RunContext context, List<Step> steps) {
        List<Request> rows = new ArrayList<>();
        if (steps.getFirst().action() == Action.RUN) {
            rows.addAll(job.requests());
            rows.addAll(job.gold());
        }
        return switch (job.proxy()) {
            case JobProxy.Remote remote ->
                    new Calls(
                            rows.size(),
                            0,
                            rows.size(),
                            OptionalLong.empty(),
                            OptionalLong.empty(),
                            "the proxy at " + remote.uri() + " knows what it has stored");
            case JobProxy.Embedded embedded -> {
                Forecast forecast =
                        Forecast.of(
                                embedded.file().value(),
                                context.state().store(),
                                job.config().teacher().route(),
                                bodies(job, rows));
                yield new Calls(
                        rows.size(),
                        forecast.stored().stream().filter(stored -> stored).count(),
                        forecast.missing(),
                        forecast.worstNanoUsd(),
                        forecast.typicalNanoUsd(),
                        forecast.unpriced().isEmpty()
                                ? ""
                                : "no price for " + String.join(", ", forecast.unpriced()));
            }
        };
    }

    private static List<ObjectNode> bodies(Job job, List<Request> rows) {
        Stream<String> texts = rows.stream().map(Request::text);
        return texts.map(
                        text ->
                                Prompt.request(
                                        job.config().teacher().route(),
                                        job.systemPrompt(),
                                        text,
                                        job.config().teacher()))
                .toList();
    }

    /** The plan for programs; money in US dollars. */
    public ObjectNode toJson() {
        ObjectNode json = Json.object();
        var list = json.putArray("stages");
        for (Step step : steps) {
            ObjectNode one =
                    Json.object()
                            .put("stage", step.stage())
                            .put("action", step.action().word())
                            .put("reason", step.reason());
            step.student().ifPresent(kind -> one.put("student", kind));
            list.add(one);
        }
        ObjectNode teacher = json.putObject("teacher");
        teacher.put("requests", calls.requests());
        teacher.put("stored", calls.stored());
        teacher.put("calls", calls.missing());
        calls.worstNanoUsd().ifPresent(nano -> teacher.put("worst_usd", Money.usd(nano)));
        calls.typicalNanoUsd().ifPresent(nano -> teacher.put("typical_usd", Money.usd(nano)));
        return json;
    }
}
