/**
 * A causal language model as a student: a chat goes in, an answer in words comes out. {@link
 * dev.distill.models.assistant.Assistant} is a package at work, made of the decoder, its chat
 * template and its tokenizer; {@code AnswerText} turns tokens into text as they come; {@link
 * dev.distill.models.assistant.AssistantPackage} is what is written beside the weights.
 */
@NullMarked
package dev.distill.models.assistant;

import org.jspecify.annotations.NullMarked;
