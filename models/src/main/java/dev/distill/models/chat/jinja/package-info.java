/**
 * The part of the Jinja template language in which chat templates are written, with the meaning
 * that Python's jinja2 3.1 gives it in a sandbox of immutable values ({@code trim_blocks}, {@code
 * lstrip_blocks}, loop controls, {@code generation} blocks). {@link
 * dev.distill.models.chat.jinja.Template} is the door; nothing here knows of models or files.
 *
 * <ul>
 *   <li>{@code Lexer}, {@code Token}, {@code TokenStream}: from text to tokens; white space is
 *       decided here.
 *   <li>{@code StatementParser}, {@code ExpressionParser}, {@code Statement}, {@code Expression}:
 *       from tokens to a tree of sealed records.
 *   <li>{@code Renderer}, {@code Evaluator}, {@code Scope}, {@code Output}: the tree at work.
 *   <li>{@code None}, {@code Undefined}, {@code Tuple}, {@code Range}, {@code View}, {@code Once},
 *       {@code Namespace}, {@code Function}: those of Python's values for which Java has none. The
 *       others are {@code Boolean}, {@code BigInteger}, {@code Double}, {@code String}, {@code
 *       List} and {@code Map}.
 *   <li>{@code Values}, {@code Text}, {@code Numbers}, {@code Operators}, {@code Access}, {@code
 *       Slices}: what Python does with them.
 *   <li>{@code Methods}, {@code Filters}, {@code Tests}, {@code Globals}: what a template may call.
 * </ul>
 *
 * <p>A template is somebody else's program: how long it runs, how deep it goes and how much it
 * writes is bounded ({@code Limits}).
 */
@NullMarked
package dev.distill.models.chat.jinja;

import org.jspecify.annotations.NullMarked;
