/**
 * From messages to the text, and the tokens, that a causal language model was trained on.
 *
 * <ul>
 *   <li>{@code ChatTemplate}: a model's own template, found in its folder.
 *   <li>{@code Chat}: messages, tools and whatever else a template asks for.
 *   <li>{@code OpenAiMessages}: the same from a body of the chat completions API.
 *   <li>{@code SpecialTokens}: the tokens that a template may name.
 *   <li>{@code PromptProof}: a prompt with its text and its tokens, kept in a student's folder so
 *       that another tokenizer or template beside it is noticed.
 * </ul>
 */
@NullMarked
package dev.distill.models.chat;

import org.jspecify.annotations.NullMarked;
