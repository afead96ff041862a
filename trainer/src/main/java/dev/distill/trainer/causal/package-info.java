/**
 * How a causal language model learns from conversations.
 *
 * <ul>
 *   <li>rows: {@code ChatRow} becomes a {@code Sample} of tokens of which some are trained on
 *       ({@code Samples}, {@code TeacherAlignment}); {@code Packing} seats samples in rows, {@code
 *       CausalBatch} makes arrays of them; {@code Preflight} refuses what would teach nothing.
 * </ul>
 */
@NullMarked
package dev.distill.trainer.causal;

import org.jspecify.annotations.NullMarked;
