package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.evaluation.Ladder;
import dev.distill.files.Json;
import dev.distill.trainer.TrainingEvent.Piece;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Something that happened in a run: the one live record of it. The command line draws its progress
 * from these, {@code events.jsonl} keeps them, and other tools follow that file.
 */
public sealed interface RunEvent {
    /** The event as a JSON object with a {@code type}; money is in US dollars. */
    ObjectNode toJson();

    /** A run began. */
    record RunStarted(String job, String runId, Path folder) implements RunEvent {
        @Override
        public ObjectNode toJson() {
            return typed("run_started")
                    .put("job", job)
                    .put("run", runId)
                    .put("folder", folder.toString());
        }
    }

    /** A stage began; its output may yet prove to be at hand. */
    record StageStarted(String stage, Optional<String> student, String key) implements RunEvent {
        @Override
        public ObjectNode toJson() {
            ObjectNode json = typed("stage_started").put("stage", stage).put("key", key);
            student.ifPresent(kind -> json.put("student", kind));
            return json;
        }
    }

    /**
     * How far a stage has come.
     *
     * @param unit what is counted, such as {@code rows} or {@code steps}
     * @param spentNanoUsd what the stage has paid in this run
     * @param tokens the teacher's tokens in this run
     * @param detail one figure worth seeing, such as a loss
     */
    record Progress(
            String stage,
            long done,
            long total,
            String unit,
            long spentNanoUsd,
            long tokens,
            OptionalDouble etaSeconds,
            String detail)
            implements RunEvent {
        /** Of a stage that pays nobody. */
        static Progress unpaid(
                String stage,
                long done,
                long total,
                String unit,
                OptionalDouble etaSeconds,
                String detail) {
            return new Progress(stage, done, total, unit, 0, 0, etaSeconds, detail);
        }

        @Override
        public ObjectNode toJson() {
            ObjectNode json =
                    typed("progress")
                            .put("stage", stage)
                            .put("done", done)
                            .put("total", total)
                            .put("unit", unit)
                            .put("usd", Money.usd(spentNanoUsd))
                            .put("tokens", tokens);
            etaSeconds.ifPresent(s -> json.put("eta_seconds", Math.round(s)));
            return detail.isEmpty() ? json : json.put("detail", detail);
        }
    }

    /** A stage's output is there, computed now or found. */
    record StageFinished(StageOutput output) implements RunEvent {
        @Override
        public ObjectNode toJson() {
            ObjectNode json =
                    typed("stage_finished")
                            .put("stage", output.stage())
                            .put("reused", output.reused())
                            .put("seconds", output.seconds())
                            .put("key", output.key().hex())
                            .put("content", output.content().hex());
            output.student().ifPresent(kind -> json.put("student", kind));
            json.set("facts", output.facts());
            return json;
        }
    }

    /**
     * The gate has judged one of the students that are tried one after another.
     *
     * @param student its kind
     * @param next the kind that is tried next; empty when it passed or was the last
     */
    record StudentJudged(Ladder.Rung student, Optional<String> next) implements RunEvent {
        @Override
        public ObjectNode toJson() {
            ObjectNode json =
                    typed("student_judged")
                            .put("student", student.kind())
                            .put("outcome", student.verdict().outcome().name())
                            .put("accuracy", student.accuracy().value())
                            .put("accuracy_low", student.accuracy().interval().low())
                            .put("accuracy_high", student.accuracy().interval().high())
                            .put("items", student.accuracy().n());
            next.ifPresent(kind -> json.put("next", kind));
            return json;
        }
    }

    /**
     * How a language model reads the training rows: whether it is taught what was meant can be
     * seen.
     *
     * @param rows training rows
     * @param tokens in all of them
     * @param learned of those, the tokens that are trained on
     * @param first the first row's text in order, special tokens included
     */
    record RowsRead(String stage, int rows, long tokens, long learned, List<Piece> first)
            implements RunEvent {
        public RowsRead {
            first = List.copyOf(first);
        }

        /** What of the rows is learned, in words. */
        public String message() {
            return "%,d of the %,d tokens of %,d rows are learned".formatted(learned, tokens, rows);
        }

        @Override
        public ObjectNode toJson() {
            ObjectNode json =
                    typed("rows_read")
                            .put("stage", stage)
                            .put("message", message())
                            .put("rows", rows)
                            .put("tokens", tokens)
                            .put("learned", learned);
            json.set("first", json(first));
            return json;
        }

        /** The parts of a row, here and where a stage keeps them. */
        static ArrayNode json(List<Piece> pieces) {
            ArrayNode json = Json.array();
            pieces.forEach(
                    piece ->
                            json.addObject()
                                    .put("text", piece.text())
                                    .put("learned", piece.learned()));
            return json;
        }
    }

    /** Something that the user should know and that stops nothing. */
    record Note(String stage, String message) implements RunEvent {
        @Override
        public ObjectNode toJson() {
            return typed("note").put("stage", stage).put("message", message);
        }
    }

    /** The run ended. */
    record RunFinished(ExitCode code, String message, Optional<Path> report) implements RunEvent {
        @Override
        public ObjectNode toJson() {
            ObjectNode json =
                    typed("run_finished").put("exit_code", code.code()).put("message", message);
            report.ifPresent(path -> json.put("report", path.toString()));
            return json;
        }
    }

    private static ObjectNode typed(String type) {
        return Json.object().put("type", type);
    }
}
