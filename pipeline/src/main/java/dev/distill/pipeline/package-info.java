/**
 * A job, from its file to its report.
 *
 * <ul>
 *   <li>{@link dev.distill.pipeline.Job} reads and checks everything; {@link
 *       dev.distill.pipeline.JobRunner} runs it, {@link dev.distill.pipeline.Plan} says what a run
 *       would do.
 *   <li>{@code Stages} hands out the {@code Stage}s: {@code QueryStage} (through {@code Teacher}
 *       and {@code ChatClient}), {@code CurateStage}, {@code TrainStage}, {@code EvaluateStage}
 *       (with {@code LatencyProbe}). {@code StageStore} finds or computes a {@link
 *       dev.distill.pipeline.StageOutput}.
 *   <li>{@code Training} is one kind of student to {@code TrainStage}: {@code LinearTraining},
 *       {@code HeadTraining}, {@code EncoderTraining}, {@code CausalTraining} ({@code ChatRows},
 *       {@code TeacherTokens}). {@code Rung} is a student that was trained, evaluated and judged.
 *   <li>At the end: {@code Reporting} fills the report, {@code Publication} publishes, {@code
 *       RunFolder} keeps what came out.
 *   <li>{@link dev.distill.pipeline.RunEvent}s tell everything that happens; {@code EventLog} is
 *       their file. {@link dev.distill.pipeline.StopSignal} ends a run early.
 * </ul>
 */
@NullMarked
package dev.distill.pipeline;

import org.jspecify.annotations.NullMarked;
