package dev.distill.pipeline;

import dev.distill.config.StudentConfig;
import dev.distill.evaluation.Evaluation;
import dev.distill.evaluation.Gate;
import dev.distill.evaluation.Ladder;
import dev.distill.evaluation.ReportData;
import dev.distill.evaluation.Verdict;
import dev.distill.files.WholeFolder;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A student that a run has trained, evaluated and judged. A job that names a kind has one; one that
 * leaves it to the run has as many as it took.
 */
record Rung(StudentConfig.Kind kind, StageOutput train, StageOutput evaluate, Ladder.Rung judged) {
    static Rung of(
            RunContext context, StudentConfig.Kind kind, StageOutput train, StageOutput evaluate) {
        Evaluation evaluation = Assessment.of(context, evaluate);
        Verdict verdict = Gate.decide(context.job().config().gate(), evaluation);
        ReportData.Model student =
                new ReportData.Model(
                        context.job().config().name(),
                        train.facts().path("nature").asText(),
                        Optional.of(train.facts().path("parameters").asLong()),
                        Optional.of(size(train.file(TrainStage.MODEL))));
        return new Rung(
                kind,
                train,
                evaluate,
                new Ladder.Rung(
                        kind.word(),
                        student,
                        train.facts().path("seconds").asDouble(),
                        evaluation,
                        verdict));
    }

    private static long size(Path folder) {
        return WholeFolder.files(folder).stream()
                .mapToLong(name -> folder.resolve(name).toFile().length())
                .sum();
    }
}
