/**
 * Causal language models: Llama, Qwen2, Qwen3, Gemma 3 (text) and Qwen3.5.
 *
 * <ul>
 *   <li>{@code CausalConfig}, {@code Family}, {@code Rope}: what a config.json says.
 *   <li>{@code CausalLm}: computes with weights that are somebody else's; the arithmetic is
 *       TorchScript text: {@code decoder.py}, {@code attention.py}, {@code deltanet.py}, {@code
 *       parts.py}.
 *   <li>{@code TokenRows}, {@code KeyValueCache}: what a computation takes and what it leaves for
 *       the next token.
 *   <li>{@code HeldWeights}: weights that do not change, rounded once; {@code LoraAdapter}, {@code
 *       LoraConfig}: low-rank adapters as PEFT has them.
 *   <li>{@code Generator}, {@code Sampler}, {@code GenerationConfig}: from tokens to more tokens;
 *       {@code TextStream}: and to text.
 *   <li>{@code ChatModel}, {@code CausalClassifier}: a student's package at work.
 * </ul>
 */
@NullMarked
package dev.distill.models.causal;

import org.jspecify.annotations.NullMarked;
